//! The commands that the README tells people to type, tried in a folder that has what they name.

use std::{
    fs::{self, File},
    io::Write,
    os::unix::fs::symlink,
    path::Path,
    process::Command,
};

use flate2::{Compression, write::GzEncoder};
use serde_json::json;

/// The lines of the README's blocks of commands.
pub fn commands(root: &Path) -> Vec<String> {
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let blocks = readme.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.flat_map(str::lines).map(str::to_owned).collect()
}

/// What the commands name: a feed, a model, a folder of pictures, and one of interactions.
fn furnish(root: &Path, folder: &Path) {
    let feed = fs::read(root.join("tests/feeds/samples/google.xml")).unwrap();
    let mut gzip = GzEncoder::new(File::create(folder.join("feed.xml.gz")).unwrap(), Compression::fast());
    gzip.write_all(&feed).unwrap();
    gzip.finish().unwrap();
    symlink(root.join("models"), folder.join("models")).unwrap();
    fs::create_dir(folder.join("public")).unwrap();
    let data = folder.join("DIR");
    fs::create_dir(&data).unwrap();
    let items: String =
        (0..24).map(|nth| format!("{}\n", json!({"id": nth, "title": format!("Jacket {nth}")}))).collect();
    let pairs = (0..30).flat_map(|who| (0..4).map(move |nth| format!("u{who}\t{}\n", (who + nth) % 20)));
    let interactions = format!("user_id\titem_id\n{}", pairs.collect::<String>());
    let tests = "user_id\thistory\ttarget\nu1\t1 2\t3\nu2\t2 3\t5\n";
    for (name, text) in [("items.jsonl", items.as_str()), ("interactions.tsv", &interactions), ("test.tsv", tests)] {
        fs::write(data.join(name), text).unwrap();
    }
}

/// Runs the README's commands of one program, `cargo run {which} -- ...`, and says how many there are.
pub fn run(root: &Path, which: &str, program: &str, made: &[&str]) -> usize {
    let folder = tempfile::tempdir().unwrap();
    furnish(root, folder.path());
    let commands = commands(root);
    let own = commands.iter().filter_map(|command| command.split_once(&format!("{which} -- ")));
    let mut ran = 0;
    for (_, arguments) in own {
        let output = Command::new(program).args(arguments.split(' ')).current_dir(folder.path()).output().unwrap();
        assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
        ran += 1;
    }
    for made in made {
        assert!(folder.path().join(made).is_file(), "{made}");
    }
    ran
}
