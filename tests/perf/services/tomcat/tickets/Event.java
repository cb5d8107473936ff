package tickets;

import java.util.ArrayList;
import java.util.List;

/** An event; all are the same at each start. */
record Event(int id, String title, int day, int cents, List<String> tags) {
    static final List<Event> ALL = all();

    private static List<Event> all() {
        List<Event> events = new ArrayList<>();
        for (int i = 0; i < 1500; i++)
            events.add(new Event(i, "event " + (i * 7919) % 1000, (i * 31) % 365, (i * 104729 & 0xffff) % 10_000, List.of("t" + i % 17, "t" + i % 23)));
        return List.copyOf(events);
    }

    static int number(jakarta.servlet.http.HttpServletRequest request) {
        return Integer.parseInt(request.getParameter("n"));
    }
}
