//! Runs the commands of the documentation in a folder with the files that they need.

use std::{
    fs::{self, File},
    io::Write,
    os::unix::fs::symlink,
    path::Path,
    process::Command,
};

use flate2::{Compression, write::GzEncoder};
use serde_json::json;

use super::pages::snippets;

/// The lines of all `sh` snippets.
pub fn commands(root: &Path) -> Vec<String> {
    snippets(root, "sh").iter().flat_map(|snippet| snippet.lines()).map(str::to_owned).collect()
}

/// Creates what the commands use: a feed, a folder of pictures and one with interactions. Links models and docs.
fn create_inputs(root: &Path, folder: &Path) {
    let feed = fs::read(root.join("tests/feeds/samples/google.xml")).unwrap();
    let mut gzip = GzEncoder::new(File::create(folder.join("feed.xml.gz")).unwrap(), Compression::fast());
    gzip.write_all(&feed).unwrap();
    gzip.finish().unwrap();
    for linked in ["models", "docs"] {
        symlink(root.join(linked), folder.join(linked)).unwrap();
    }
    fs::create_dir(folder.join("public")).unwrap();
    let data = folder.join("DIR");
    fs::create_dir(&data).unwrap();
    let items: String =
        (0..24).map(|nth| format!("{}\n", json!({"id": nth, "title": format!("Jacket {nth}")}))).collect();
    let pairs = (0..30).flat_map(|user| (0..4).map(move |nth| format!("u{user}\t{}\n", (user + nth) % 20)));
    let interactions = format!("user_id\titem_id\n{}", pairs.collect::<String>());
    let tests = "user_id\thistory\ttarget\nu1\t1 2\t3\nu2\t2 3\t5\n";
    for (name, text) in [("items.jsonl", items.as_str()), ("interactions.tsv", &interactions), ("test.tsv", tests)] {
        fs::write(data.join(name), text).unwrap();
    }
}

/// Runs the documented commands of one program, `cargo run {target} -- ...`, in the order of the pages. Checks that the files in `outputs` exist afterwards. Returns the number of commands of the
/// program.
pub fn run(root: &Path, target: &str, program: &str, outputs: &[&str]) -> usize {
    let folder = tempfile::tempdir().unwrap();
    create_inputs(root, folder.path());
    let mut count = 0;
    for command in commands(root) {
        let Some((_, arguments)) = command.split_once(&format!("{target} -- ")) else { continue };
        count += 1;
        let mut process = Command::new(program);
        process.args(arguments.split(' '));
        let output = process.current_dir(folder.path()).output().unwrap();
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    }
    for output in outputs {
        assert!(folder.path().join(output).is_file(), "{output} was not written");
    }
    count
}
