//! What the browser tests share: the browser, the server.
