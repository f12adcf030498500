//! What waits for the worker's loop: added from anywhere, taken by the loop alone. Must not know what waits.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    future::poll_fn,
    task::{Poll, Waker},
};

pub struct Queue<T> {
    waiting: RefCell<VecDeque<T>>,
    sleeper: Cell<Option<Waker>>,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self { waiting: RefCell::default(), sleeper: Cell::default() }
    }
}

impl<T> Queue<T> {
    pub fn push(&self, item: T) {
        self.waiting.borrow_mut().push_back(item);
        if let Some(sleeper) = self.sleeper.take() {
            sleeper.wake();
        }
    }

    /// The oldest, if there is one now.
    pub fn pop(&self) -> Option<T> {
        self.waiting.borrow_mut().pop_front()
    }

    /// The oldest, as soon as there is one.
    pub async fn next(&self) -> T {
        poll_fn(|context| match self.pop() {
            Some(item) => Poll::Ready(item),
            None => {
                self.sleeper.set(Some(context.waker().clone()));
                Poll::Pending
            }
        })
        .await
    }
}
