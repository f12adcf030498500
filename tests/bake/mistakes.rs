//! The errors and warnings of `nearmind bake`.

use super::*;

/// Runs `bake` with `RUST_BACKTRACE=1`. Returns whether it succeeded, and its standard error.
fn run_bake(arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nearmind"));
    command.arg("bake").args(arguments).args(["--no-embed", "--out"]).arg(folder("mistakes"));
    let output = command.env("RUST_BACKTRACE", "1").output().unwrap();
    (output.status.success(), String::from_utf8(output.stderr).unwrap())
}

/// Writes a feed, and returns its path.
fn feed(name: &str, text: &str) -> String {
    let path = folder("feeds").join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn errors_are_one_line() {
    let (succeeded, error) = run_bake(&["nothere.csv"]);
    assert!(!succeeded);
    assert_eq!(error, "error: opening the feed nothere.csv: No such file or directory (os error 2)\n");
    let (succeeded, error) = run_bake(&[&feed("unknown.csv", "colour;weight\nred;2\n")]);
    assert!(!succeeded && error.lines().count() == 1 && error.contains("none of the columns is known"), "{error}");
    // A cause is not repeated if the message already contains it.
    let zip = feed("feed.zip", "PK\u{3}\u{4}");
    let (_, error) = run_bake(&[&zip]);
    assert_eq!(error.matches("the feed is a ZIP archive").count(), 1, "{error}");
}

#[test]
fn sold_out_items_and_missing_links_cause_warnings() {
    let path = feed("soldout.csv", "id,title,qty,Lieferant\n1,Tea,0,ACME\n2,Cup,0,ACME\n");
    let (succeeded, warnings) = run_bake(&[&path]);
    assert!(succeeded, "{warnings}");
    for part in
        ["WARNING: all 2 items are sold out", "read from: qty", "WARNING: no item has a link", "--link", "lieferant"]
    {
        assert!(warnings.contains(part), "{part}: {warnings}");
    }
    let (succeeded, warnings) = run_bake(&[
        &path,
        "--link",
        "https://shop.example/?p={id}",
        "--columns",
        "price=qty",
        "--keep-columns",
        "Lieferant",
    ]);
    assert!(succeeded && !warnings.contains("WARNING") && !warnings.contains("left out of"), "{warnings}");
    let (_, error) = run_bake(&[&path, "--link", "shop.example/{id}"]);
    assert!(error.contains("must begin with https://"), "{error}");
}
