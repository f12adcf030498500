//! Builds the WGSL source of a kernel from constants, shared parts and the kernel itself. Must not know wgpu.
//!
//! WGSL cannot unroll loops, and some adapters do not keep arrays in registers. So a line with `{r}` is repeated for
//! each row of a thread's tile, one with `{c}` for each column, and one with `{d}` for each vec4 of a head.

use std::fmt::Write;

use super::super::manifest::{Architecture, Pooling};

/// The WGSL variant of the integer product; both give the same integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DotProduct {
    /// With `dot4I8Packed`: one instruction on most GPUs.
    Packed,
    /// With f32 multiplications: faster on software adapters.
    Float,
}

impl DotProduct {
    fn source(self) -> &'static str {
        match self {
            DotProduct::Packed => include_str!("dot_packed.wgsl"),
            DotProduct::Float => include_str!("dot_float.wgsl"),
        }
    }

    /// Rows of a workgroup. With more rows the weights are read less often, but software adapters compile slowly.
    fn rows(self) -> usize {
        match self {
            DotProduct::Packed => 8,
            DotProduct::Float => 4,
        }
    }

    /// The divisor of a workgroup's threads; each thread then has as many times more columns. Reads dominate the time
    /// on software adapters, and with more columns the rows are read less often: twelve instead of six take 0.87 of the
    /// time.
    fn thread_divisor(self) -> usize {
        match self {
            DotProduct::Packed => 1,
            DotProduct::Float => 2,
        }
    }
}

/// The parameters that the kernels are compiled with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KernelConfig {
    pub model: Architecture,
    pub pooling: Pooling,
    /// The most rows of one submission.
    pub capacity: usize,
    pub dot_product: DotProduct,
    /// An error to put into the kernels, for tests of what happens after wrong results.
    pub defect: Option<Defect>,
}

/// A part of the kernels' source, and the wrong text that replaces it.
pub type Defect = (&'static str, &'static str);

impl KernelConfig {
    /// The largest tile in words: WebGPU's default limit of workgroup memory, less what `rows.wgsl` needs beside the
    /// tile.
    const TILE: usize = 16384 / 4 - 4 * 256 - 8;

    /// The size of the largest buffer that a kernel binds.
    pub fn largest_binding_bytes(&self) -> u64 {
        let m = &self.model;
        let rows = self.capacity * (3 * m.hidden).max(m.intermediate);
        let words = (m.fine * m.hidden + (m.vocabulary - m.fine) * m.hidden / 2) / 4;
        4 * rows.max(words).max(m.positions * m.hidden) as u64
    }

    /// Threads of a workgroup.
    pub fn threads(&self) -> usize {
        (self.model.hidden / 8).next_power_of_two().clamp(64, 256) / self.dot_product.thread_divisor()
    }

    /// Columns of a thread, so that the columns of a workgroup cover the hidden width.
    pub fn columns(&self) -> usize {
        self.model.hidden.div_ceil(self.threads())
    }

    /// Workgroups along the columns of a product with `n` columns.
    pub fn column_tiles(&self, n: usize) -> usize {
        n.div_ceil(self.threads() * self.columns())
    }

    /// Rows of a workgroup, at most as many as its memory holds.
    pub fn rows(&self) -> usize {
        let words = self.model.hidden.max(self.model.intermediate / 4);
        let mut rows = self.dot_product.rows();
        while rows > 1 && rows * words > Self::TILE {
            rows /= 2;
        }
        rows
    }

    /// Returns the source of a kernel built from `parts`, with a product `[T, k] x [n, k]`.
    pub fn wgsl(&self, parts: &[&str], k: usize, n: usize) -> String {
        let (rows, columns, threads) = (self.rows(), self.columns(), self.threads());
        let head = self.model.head_width();
        let tile = rows * self.model.hidden.max(k / 4);
        let mut source = String::from("struct Size { rows: u32 }\n");
        for (name, value) in [
            ("H", self.model.hidden),
            ("K", k),
            ("N", n),
            ("HEAD", head),
            ("CAPACITY", self.capacity),
            ("ROWS", rows),
            ("COLUMNS", columns),
            ("THREADS", threads),
            ("TILE", tile),
            ("VOCABULARY", self.model.vocabulary),
            ("FINE", self.model.fine),
            ("POOLING", self.pooling as usize),
            ("NORMALIZE", usize::from(self.model.dense.is_none())),
        ] {
            let _ = writeln!(source, "const {name} = {value}u;");
        }
        let _ = writeln!(source, "const EPSILON = {:e}f;", self.model.epsilon);
        for part in [self.dot_product.source()].iter().chain(parts) {
            unroll(part, &[("{r}", rows), ("{c}", columns), ("{d}", head / 4)], &mut source);
        }
        match self.defect {
            Some((right, wrong)) => source.replace(right, wrong),
            None => source,
        }
    }
}

/// Repeats each line for all combinations of the values of its placeholders.
fn unroll(text: &str, counts: &[(&str, usize)], out: &mut String) {
    for line in text.lines() {
        let mut lines = vec![line.to_string()];
        // Placeholders in comment lines only describe the notation.
        if !line.starts_with("//") {
            for &(name, count) in counts.iter().filter(|(name, _)| line.contains(name)) {
                let repeat = |l: String| (0..count).map(move |i| l.replace(name, &i.to_string())).collect::<Vec<_>>();
                lines = lines.into_iter().flat_map(repeat).collect();
            }
        }
        for line in lines {
            out.push_str(&line);
            out.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_repeated_for_each_row_and_column() {
        let mut out = String::new();
        unroll("// {r}\nlet x{r} = {r}u;\nsum{r}_{c} += x{r};\nend", &[("{r}", 2), ("{c}", 2)], &mut out);
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!(lines[1..3], ["let x0 = 0u;", "let x1 = 1u;"]);
        assert_eq!(lines[3..7], ["sum0_0 += x0;", "sum0_1 += x0;", "sum1_0 += x1;", "sum1_1 += x1;"]);
        assert_eq!((lines[0], lines[7]), ("// {r}", "end"));
    }

    #[test]
    fn tiles_fit_the_default_limits() {
        for (hidden, intermediate) in [(32, 64), (384, 1536), (768, 3072), (1024, 4096), (2048, 2048)] {
            for dot_product in [DotProduct::Packed, DotProduct::Float] {
                let model = Architecture {
                    layers: 1,
                    hidden,
                    heads: 1,
                    intermediate,
                    vocabulary: 9,
                    fine: 4,
                    positions: 16,
                    epsilon: 1e-12,
                    dense: None,
                };
                let config = KernelConfig { model, pooling: Pooling::Mean, capacity: 1024, dot_product, defect: None };
                let words = config.rows() * hidden.max(intermediate / 4) + 4 * config.threads() + config.rows();
                assert!(words * 4 <= 16384 && config.threads() <= 256, "{config:?}");
                assert!(config.threads() * config.columns() >= hidden, "{config:?}");
            }
        }
    }
}
