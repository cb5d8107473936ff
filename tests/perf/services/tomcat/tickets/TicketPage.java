package tickets;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

final class TicketPage extends Page {
    @Override
    String path() {
        return "/ticket";
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        int n = Event.number(request);
        String text = render(n);
        long tax = Main.CHANGE.equals("removed") ? 0 : legacyTax(n);
        int rounds = Main.CHANGE.equals("checksum50") ? 45 : 30;
        response.getWriter().write(text + tax + " " + checksum(text, rounds) + sign(text));
    }

    static String render(int n) {
        StringBuilder html = new StringBuilder();
        for (int i = 0; i < 120; i++) {
            Event event = Event.ALL.get((n + i) % Event.ALL.size());
            html.append(String.format("<tr><td>%s</td><td>%d,%02d</td></tr>", event.title(), event.cents() / 100, event.cents() % 100));
        }
        return html.toString();
    }

    static long legacyTax(int n) {
        long tax = n;
        for (int i = 0; i < 40_000; i++) tax = (tax * 17 + i) % 9973;
        return tax;
    }

    /** @param rounds its cost */
    static long checksum(String text, int rounds) {
        long sum = 1;
        for (int round = 0; round < rounds; round++)
            for (int i = 0; i < text.length(); i++) sum = (sum * 33 + text.charAt(i)) % 1_000_000_007L;
        return sum;
    }

    static String sign(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] bytes = text.getBytes();
            for (int i = 0; i < 20; i++) bytes = digest.digest(bytes);
            return HexFormat.of().formatHex(bytes);
        } catch (NoSuchAlgorithmException error) {
            throw new IllegalStateException(error);
        }
    }
}
