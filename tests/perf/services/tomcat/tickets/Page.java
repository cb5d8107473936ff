package tickets;

import jakarta.servlet.http.HttpServlet;

abstract class Page extends HttpServlet {
    abstract String path();
}
