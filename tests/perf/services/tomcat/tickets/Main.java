package tickets;

import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;

/** A box office on Tomcat. CHANGE switches one known change of its code on; without it the box office is as it was. */
public final class Main {
    static final String CHANGE = System.getenv().getOrDefault("CHANGE", "");

    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory("tickets");
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(folder.toString());
        tomcat.setHostname("127.0.0.1");
        tomcat.setPort(Integer.parseInt(System.getenv("PORT")));
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        Context context = tomcat.addContext("", folder.toString());
        for (Page page : new Page[] {new EventsPage(), new SeatsPage(), new OrderPage(), new TicketPage()}) {
            Tomcat.addServlet(context, page.path(), page);
            context.addServletMappingDecoded(page.path(), page.path());
        }
        tomcat.start();
        tomcat.getServer().await();
    }
}
