/** The place where the page is. */
import { hashOf, parseRoute, type RouteQuery } from "./route.ts";

class Router {
  route = $state.raw(parseRoute(location.hash));

  constructor() {
    addEventListener("hashchange", () => {
      this.route = parseRoute(location.hash);
    });
  }

  go(path: readonly string[], query?: RouteQuery): void {
    location.hash = hashOf(path, query);
  }

  /** Changes parts of the query; "back" then leads to where it would have led before. */
  ask(changes: RouteQuery): void {
    const { path, query } = this.route;
    history.replaceState(null, "", hashOf(path, { ...query, ...changes }));
    this.route = parseRoute(location.hash);
  }
}

export const router = new Router();
