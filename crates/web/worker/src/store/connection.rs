//! The connection to the visitor's database. One that the browser has closed is opened again; one that does not answer is
//! left alone for a while. Must not know what is in it.

use idb::{Database, DatabaseEvent, Factory, ObjectStoreParams};

use super::super::scope::{now_ms, within};
use nearmind_session::StoreError;

const DATABASE: &str = "nearmind";
pub const LOG: &str = "log";
/// Of one answer; a slow disk has its time, and recommendations do not wait longer.
const PATIENCE_MS: i32 = 5000;
/// After a database did not answer, it is left alone for so long: events and lists do not wait for it each time.
const REST_MS: f64 = 30_000.0;

#[derive(Default)]
pub struct Connection {
    database: Option<Database>,
    /// By the worker's clock.
    resting_until_ms: f64,
}

impl Connection {
    /// Does the work on the database; where that fails, once more on a new connection.
    pub async fn run<T>(&mut self, work: impl AsyncFn(&Database) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let had_one = self.database.is_some();
        match self.run_once(&work).await {
            Err(error) if had_one && error != silent() => self.run_once(&work).await,
            outcome => outcome,
        }
    }

    /// The same without another try: for work that must not be done twice, since a failure may come after it was done.
    pub async fn run_once<T>(
        &mut self,
        work: impl AsyncFn(&Database) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if now_ms() < self.resting_until_ms {
            return Err(silent());
        }
        let outcome = self.on_database(work).await;
        if outcome.as_ref().is_err_and(|error| *error == silent()) {
            self.resting_until_ms = now_ms() + REST_MS;
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
    let mut opening = Factory::new().map_err(why)?.open(DATABASE, Some(1)).map_err(why)?;
    opening.on_upgrade_needed(|event| {
        let mut params = ObjectStoreParams::new();
        params.auto_increment(true);
        // A failure here makes the opening fail, and its reason is told there.
        event.database().and_then(|database| database.create_object_store(LOG, params)).ok();
    });
    answer(opening).await
}

/// Waits for one answer of the database. Where none comes, the visit goes on without it.
pub async fn answer<T>(asked: impl IntoFuture<Output = Result<T, idb::Error>>) -> Result<T, StoreError> {
    within(PATIENCE_MS, asked.into_future()).await.ok_or_else(silent)?.map_err(why)
}

fn silent() -> StoreError {
    StoreError("the browser's storage does not answer".into())
}

pub fn why(error: impl std::fmt::Display) -> StoreError {
    StoreError(error.to_string())
}
