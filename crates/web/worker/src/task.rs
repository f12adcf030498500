//! Starts asynchronous work at once and waits for it later, so that downloads run in parallel. Must not know what the
//! work is.

use futures_channel::oneshot;
use wasm_bindgen_futures::spawn_local;

/// Handle to work that was started. If the handle is dropped, the work continues and its result is discarded.
pub struct Task<T>(oneshot::Receiver<T>);

impl<T: 'static> Task<T> {
    /// Starts the work.
    pub fn spawn(work: impl Future<Output = T> + 'static) -> Self {
        let (sender, result) = oneshot::channel();
        spawn_local(async move {
            // Sending fails if the handle was dropped.
            let _ = sender.send(work.await);
        });
        Self(result)
    }

    /// Waits for the result.
    pub async fn join(self) -> T {
        self.0.await.expect("a spawned task runs to its end")
    }
}
