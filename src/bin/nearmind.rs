//! The command line.

fn main() -> anyhow::Result<()> {
    nearmind::cli::main()
}
