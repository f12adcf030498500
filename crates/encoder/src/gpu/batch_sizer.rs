//! How much work one submission carries: enough to fill the GPU, little enough that the browser's own
//! frames get their turn. Must not know what the work is.

/// Time of one submission; the page's frames wait no longer than this.
const TARGET_MS: f64 = 12.0;

/// Rows of the next submission, from the measured times of the ones before.
#[derive(Debug, Clone)]
pub struct BatchSizer {
    rows: usize,
    most: usize,
}

impl BatchSizer {
    /// Starts small: nothing is known of the device.
    pub fn new(most: usize) -> BatchSizer {
        BatchSizer { rows: 64.min(most), most }
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Learns from a submission of `rows` that took `ms`. Grows at most twofold at a time.
    pub fn record(&mut self, rows: usize, ms: f64) {
        let wanted = rows as f64 * TARGET_MS / ms.max(0.1);
        self.rows = (wanted as usize).clamp(1, self.most).min(2 * self.rows.max(rows));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A device that takes `fixed_ms` and `row_ms` a row.
    fn settle(fixed_ms: f64, row_ms: f64) -> usize {
        let mut sizer = BatchSizer::new(1024);
        for _ in 0..20 {
            let rows = sizer.rows();
            sizer.record(rows, fixed_ms + row_ms * rows as f64);
        }
        sizer.rows()
    }

    #[test]
    fn a_submission_takes_the_target_time() {
        let rows = settle(2.0, 0.1);
        assert!((80..=120).contains(&rows), "{rows} rows of 0.1 ms and 2 ms for each submission");
    }

    #[test]
    fn a_quick_device_gets_all_a_slow_one_the_least() {
        assert_eq!(settle(0.5, 0.001), 1024);
        assert_eq!(settle(50.0, 8.0), 1);
    }
}
