//! Work that starts now and is waited for later, so that downloads run side by side. Must not know what the work is.

use futures_channel::oneshot;
use wasm_bindgen_futures::spawn_local;

/// What work on its way will give. Dropped, the work goes on and its outcome is lost.
pub struct Later<T>(oneshot::Receiver<T>);

/// Starts the work.
pub fn later<T: 'static>(work: impl Future<Output = T> + 'static) -> Later<T> {
    let (sender, outcome) = oneshot::channel();
    spawn_local(async move {
        // Nobody may wait for it any more.
        let _ = sender.send(work.await);
    });
    Later(outcome)
}

impl<T> Later<T> {
    pub async fn outcome(self) -> T {
        self.0.await.expect("work that was started goes on to its end")
    }
}
