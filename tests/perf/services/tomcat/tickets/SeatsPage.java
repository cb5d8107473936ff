package tickets;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.BitSet;

final class SeatsPage extends Page {
    @Override
    String path() {
        return "/seats";
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        int n = Event.number(request);
        BitSet taken = takenSeats(n);
        response.getWriter().write(plan(taken) + bestBlock(taken, 4));
    }

    static BitSet takenSeats(int n) {
        BitSet taken = new BitSet(6000);
        for (int i = 0, at = n; i < 5000; i++) {
            at = (at * 1103515245 + 12345) & 0x7fffffff;
            taken.set(at % 6000);
        }
        return taken;
    }

    static int bestBlock(BitSet taken, int size) {
        int best = -1;
        for (int round = 0; round < 12; round++)
            for (int at = taken.nextClearBit(0); at < 6000 - size; at = taken.nextClearBit(at + 1)) {
                int end = taken.nextSetBit(at);
                if (end < 0 || end - at >= size) best = Math.max(best, (at * 7 + round) % 6000);
            }
        return best;
    }

    static String plan(BitSet taken) {
        StringBuilder plan = new StringBuilder();
        for (int at = 0; at < 6000; at++) plan.append(taken.get(at) ? 'x' : '.');
        return plan.toString();
    }
}
