// The suites of the editor side, in the order in which they may run: each leaves the window as the next one expects it.
import './suite/goal.js';
import './suite/flow.js';
