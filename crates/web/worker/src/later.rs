//! Work that starts now and is waited for later, so that downloads run side by side. Must not know what the work is.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;

use super::queue::Queue;

/// What work on its way will give. Dropped, the work goes on and its outcome is lost.
pub struct Later<T>(Rc<Queue<T>>);

/// Starts the work.
pub fn later<T: 'static>(work: impl Future<Output = T> + 'static) -> Later<T> {
    let outcome = Rc::new(Queue::default());
    let known = outcome.clone();
    spawn_local(async move { known.push(work.await) });
    Later(outcome)
}

impl<T> Later<T> {
    pub async fn outcome(self) -> T {
        self.0.next().await
    }
}
