import java.util.ArrayList;
import java.util.List;

/**
 * A Java service that sends CPU, memory and lock profiles. Start it with the agent of github.com/grafana/pyroscope-java:
 *
 *   PYROSCOPE_APPLICATION_NAME=shop PYROSCOPE_SERVER_ADDRESS=${FLAMETIDE_URL:-http://127.0.0.1:4040} \
 *   PYROSCOPE_FORMAT=jfr PYROSCOPE_PROFILER_EVENT=itimer PYROSCOPE_PROFILER_ALLOC=512k PYROSCOPE_PROFILER_LOCK=10ms \
 *   java -javaagent:pyroscope.jar Shop.java
 *
 * Or without an agent, by the JDK's own recorder:
 *
 *   java -XX:StartFlightRecording:duration=30s,filename=shop.jfr,settings=profile Shop.java
 *   curl --data-binary @shop.jfr "${FLAMETIDE_URL:-http://127.0.0.1:4040}/ingest?format=jfr&name=shop"
 */
public class Shop {
    private static volatile long sink;

    static long price(int items) {
        long sum = 0;
        for (int i = 1; i < items; i++) sum += Math.floorMod(sum * 31 + i, 1_000_003L);
        return sum;
    }

    static List<String> cart(int items) {
        List<String> list = new ArrayList<>();
        for (int i = 0; i < items; i++) list.add("item-" + i);
        return list;
    }

    static synchronized void checkout() {
        sink += price(50_000);
    }

    public static void main(String[] args) throws InterruptedException {
        for (int i = 0; i < 2; i++) {
            new Thread(() -> {
                while (true) {
                    sink += price(200_000) + cart(2000).size();
                    checkout();
                }
            }, "worker-" + i).start();
        }
        Thread.sleep(120_000);
        System.exit(0);
    }
}
