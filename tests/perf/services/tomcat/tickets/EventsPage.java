package tickets;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

final class EventsPage extends Page {
    @Override
    String path() {
        return "/events";
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        int n = Event.number(request);
        List<Event> found = find(n % 300, "t" + n % 17);
        if (Main.CHANGE.equals("garbage")) found = copies(found);
        response.getWriter().write(asJson(rank(found, "event " + n)));
    }

    static List<Event> find(int day, String tag) {
        List<Event> found = new ArrayList<>();
        for (Event event : Event.ALL) if (event.day() >= day || event.tags().contains(tag)) found.add(event);
        return found;
    }

    static List<Event> rank(List<Event> found, String text) {
        Map<Integer, Integer> scores = new HashMap<>();
        for (Event event : found) scores.put(event.id(), likeness(event.title(), text));
        List<Event> ranked = new ArrayList<>(found);
        ranked.sort(Comparator.comparing((Event event) -> -scores.get(event.id())).thenComparing(Event::id));
        return ranked.subList(0, Math.min(40, ranked.size()));
    }

    static int likeness(String one, String other) {
        int shared = 0;
        for (int i = 0; i < one.length(); i++)
            for (int j = 0; j < other.length(); j++) if (one.charAt(i) == other.charAt(j)) shared++;
        return shared;
    }

    /** Copies that nobody needs. */
    static List<Event> copies(List<Event> found) {
        List<Event> copies = found;
        for (int i = 0; i < 60; i++) {
            List<Event> next = new ArrayList<>();
            for (Event event : copies)
                next.add(new Event(event.id(), new String(event.title().toCharArray()), event.day(), event.cents(), new ArrayList<>(event.tags())));
            copies = next;
        }
        return copies;
    }

    static String asJson(List<Event> events) {
        StringBuilder json = new StringBuilder("[");
        for (Event event : events)
            json.append("{\"id\":").append(event.id()).append(",\"title\":\"").append(event.title()).append("\",\"day\":").append(event.day()).append("},");
        return json.append("{}]").toString();
    }
}
