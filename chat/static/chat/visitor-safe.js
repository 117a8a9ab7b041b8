/** The page about chatting safely: it too can be left at once. */

import { Exit } from "./visitor-exit.js";
import { pageConfig } from "./words.js";

new Exit(pageConfig());
