//! Chooses the rows of a submission: enough to use the GPU fully, few enough that the browser can still draw its
//! frames. Must not know what is computed.

/// The target time of one submission, for which a frame of the page may have to wait.
const TARGET_MS: f64 = 12.0;

/// Chooses the rows of the next submission from the measured times of earlier ones.
#[derive(Debug, Clone)]
pub struct BatchSizer {
    rows: usize,
    max_rows: usize,
}

impl BatchSizer {
    /// Starts with few rows, because the speed of the device is unknown. Never exceeds `max_rows`.
    pub fn new(max_rows: usize) -> BatchSizer {
        BatchSizer { rows: 64.min(max_rows), max_rows }
    }

    /// The most rows of the next submission.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Records that a submission of `rows` took `ms`. At most doubles the next one.
    pub fn record(&mut self, rows: usize, ms: f64) {
        let wanted = rows as f64 * TARGET_MS / ms.max(0.1);
        self.rows = (wanted as usize).clamp(1, self.max_rows).min(2 * self.rows.max(rows));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the rows after 20 submissions to a device that takes `fixed_ms` plus `row_ms` per row.
    fn settled_rows(fixed_ms: f64, row_ms: f64) -> usize {
        let mut sizer = BatchSizer::new(1024);
        for _ in 0..20 {
            let rows = sizer.rows();
            sizer.record(rows, fixed_ms + row_ms * rows as f64);
        }
        sizer.rows()
    }

    #[test]
    fn a_submission_takes_the_target_time() {
        let rows = settled_rows(2.0, 0.1);
        assert!((80..=120).contains(&rows), "{rows} rows of 0.1 ms each, with 2 ms per submission");
    }

    #[test]
    fn a_fast_device_gets_the_maximum_and_a_slow_one_a_row() {
        assert_eq!(settled_rows(0.5, 0.001), 1024);
        assert_eq!(settled_rows(50.0, 8.0), 1);
    }
}
