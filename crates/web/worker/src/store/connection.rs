//! The connection to the visitor's database. If the browser has closed it, it is opened again; if it does not answer, it is
//! not asked again for a while. Must not know what is stored.

use idb::{Database, DatabaseEvent, Factory, ObjectStoreParams};

use super::super::scope::{now_ms, within};
use nearmind_session::StoreError;

const DATABASE: &str = "nearmind";
pub const LOG: &str = "log";
/// How long to wait for one answer: enough for a slow disk, and recommendations wait no longer.
const ANSWER_TIMEOUT_MS: i32 = 5000;
/// How long a database that did not answer is not asked again, so that not every event and list waits for it.
const RETRY_AFTER_MS: f64 = 30_000.0;

#[derive(Default)]
pub struct Connection {
    database: Option<Database>,
    /// By the worker's clock.
    retry_at_ms: f64,
}

impl Connection {
    /// Does the work on the database; if that fails, once more on a new connection.
    pub async fn run<T>(&mut self, work: impl AsyncFn(&Database) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let was_open = self.database.is_some();
        match self.run_once(&work).await {
            Err(error) if was_open && error != no_answer() => self.run_once(&work).await,
            outcome => outcome,
        }
    }

    /// The same without a second attempt, for work that must not be done twice: an error may come after it was done.
    pub async fn run_once<T>(
        &mut self,
        work: impl AsyncFn(&Database) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if now_ms() < self.retry_at_ms {
            return Err(no_answer());
        }
        let outcome = self.on_database(work).await;
        if outcome.as_ref().is_err_and(|error| *error == no_answer()) {
            self.retry_at_ms = now_ms() + RETRY_AFTER_MS;
        }
        outcome
    }

    async fn on_database<T>(
        &mut self,
        work: impl AsyncFn(&Database) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let database = match self.database.take() {
            Some(database) => database,
            None => open().await?,
        };
        let outcome = work(&database).await;
        match outcome {
            Ok(_) => self.database = Some(database),
            Err(_) => database.close(),
        }
        outcome
    }
}

async fn open() -> Result<Database, StoreError> {
    let mut opening = Factory::new().map_err(store_error)?.open(DATABASE, Some(1)).map_err(store_error)?;
    opening.on_upgrade_needed(|event| {
        let mut params = ObjectStoreParams::new();
        params.auto_increment(true);
        // An error here makes opening fail, which reports it.
        event.database().and_then(|database| database.create_object_store(LOG, params)).ok();
    });
    answer(opening).await
}

/// Waits for one answer of the database, at most [`ANSWER_TIMEOUT_MS`].
pub async fn answer<T>(request: impl IntoFuture<Output = Result<T, idb::Error>>) -> Result<T, StoreError> {
    within(ANSWER_TIMEOUT_MS, request.into_future()).await.ok_or_else(no_answer)?.map_err(store_error)
}

fn no_answer() -> StoreError {
    StoreError("the browser's storage does not answer".into())
}

pub fn store_error(error: impl std::fmt::Display) -> StoreError {
    StoreError(error.to_string())
}
