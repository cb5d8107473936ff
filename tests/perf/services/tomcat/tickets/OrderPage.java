package tickets;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

final class OrderPage extends Page {
    private static final Map<Integer, List<int[]>> CACHE = new ConcurrentHashMap<>();
    private static final String[] STORED = stored();

    @Override
    String path() {
        return "/order";
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        int n = Event.number(request);
        List<int[]> lines = load(n % STORED.length);
        double total = 0;
        int steps = Main.CHANGE.equals("price20") ? 1440 : 1200;
        for (int[] line : lines) total += priceOf(line, steps);
        if (Main.CHANGE.equals("newfunc")) total += risk(lines, n) % 2;
        response.getWriter().write(total + " " + coupons(total, n));
    }

    private static String[] stored() {
        String[] stored = new String[50];
        for (int i = 0; i < stored.length; i++) {
            StringBuilder text = new StringBuilder();
            for (int line = 0; line < 400; line++) text.append(line + i).append(':').append(line * 37 % 1000).append(';');
            stored[i] = text.toString();
        }
        return stored;
    }

    static List<int[]> load(int n) {
        List<int[]> known = CACHE.get(n);
        if (known != null && !Main.CHANGE.equals("nocache")) return known;
        List<int[]> lines = parse(STORED[n]);
        CACHE.put(n, lines);
        return lines;
    }

    static List<int[]> parse(String text) {
        List<int[]> lines = new ArrayList<>();
        for (String line : text.split(";")) {
            String[] parts = line.split(":");
            if (line.matches("[0-9]+:[0-9]+")) lines.add(new int[] {Integer.parseInt(parts[0]), Integer.parseInt(parts[1])});
        }
        return lines.subList(0, 60);
    }

    /** @param steps its cost */
    static double priceOf(int[] line, int steps) {
        double price = line[1];
        for (int i = 0; i < steps; i++) price = (price * 1.0001 + (i * line[0]) % 13) % 100_000;
        return price;
    }

    static double coupons(double total, int n) {
        double left = total;
        for (int i = 1; i < 20_000; i++) left -= (left % (i + n)) / (i * 50.0);
        return left;
    }

    static long risk(List<int[]> lines, int n) {
        long risk = 0;
        for (int[] line : lines) for (int i = 0; i < 300; i++) risk = (risk * 31 + (long) line[1] * i + n) % 1_000_003;
        return risk;
    }
}
