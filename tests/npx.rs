//! The npm package, as a shop uses it: installed from its archive into an empty folder, with Node alone. Its command gives the
//! same files and messages as the native one. `cargo xtask test` packs the archive.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

#[path = "support/skipped.rs"]
mod skipped;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Installs the package into an empty folder, and returns that. `None` if the archive is missing.
fn install() -> Option<PathBuf> {
    let archive = root().join(format!("target/nearmind-{}.tgz", env!("CARGO_PKG_VERSION")));
    if !archive.is_file() {
        skipped::report_skipped("the npm package: `cargo xtask npm` packs it");
        return None;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("npx");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("package.json"), "{}").unwrap();
    let mut npm = Command::new("npm");
    let output = npm.args(["install", "--no-audit", "--no-fund"]).arg(&archive).current_dir(&folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    fs::copy(root().join("docs/samples/products.csv"), folder.join("products.csv")).unwrap();
    // Longer than the model reads at once.
    let long = "A pot of clay keeps the heat, which suits black tea. ".repeat(60);
    let long = format!("{{\"id\": \"t3\", \"title\": \"Teapots\", \"description\": \"{long}\"}}\n");
    fs::write(folder.join("tea.jsonl"), format!("{CHINESE}{long}")).unwrap();
    Some(folder)
}

/// Chinese texts need the file of jieba's dictionary, and the model does not read them.
const CHINESE: &str = concat!(
    r#"{"id": "t1", "title": "西湖龙井绿茶", "description": "春天采摘的绿茶，味道清淡。", "url": "/t1"}"#,
    "\n",
    r#"{"id": "t2", "title": "Glass teapot", "description": "Shows how the leaves open.", "url": "/t2"}"#,
    "\n"
);

/// Runs the command of the package.
fn npx(folder: &Path, arguments: &[&str]) -> Output {
    let mut npx = Command::new("npx");
    npx.args(["--no-install", "nearmind"]).args(arguments).current_dir(folder).output().unwrap()
}

/// Runs the native command, with the model that the package has.
fn native(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_nearmind")).args(arguments).current_dir(folder).output().unwrap()
}

/// What people see, without times and rates.
fn messages(output: &Output) -> Vec<String> {
    let all = [&output.stdout[..], &output.stderr].concat();
    let lines = String::from_utf8_lossy(&all).lines().map(str::to_owned).collect::<Vec<_>>();
    let is_timed = |line: &String| line.contains(" per second");
    lines.into_iter().filter(|line| !is_timed(line)).collect()
}

/// The files of a catalogue, without those for the next bake.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file());
    entries.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())).collect()
}

#[test]
fn the_package_does_what_the_native_command_does() {
    let Some(folder) = install() else { return };
    let model = root().join("models/minilm").display().to_string();
    for feed in ["products.csv", "tea.jsonl"] {
        let own = npx(&folder, &["bake", feed, "--out", "shop/catalog"]);
        assert!(own.status.success(), "{feed}: {}", String::from_utf8_lossy(&own.stderr));
        let expected = native(&folder, &["bake", feed, "--model", &model, "--out", "native/catalog"]);
        assert_eq!(messages(&own).join("\n").replace("shop/", "native/"), messages(&expected).join("\n"), "{feed}");
        assert_eq!(files(&folder.join("shop/catalog")), files(&folder.join("native/catalog")), "{feed}");
    }
    let inspect = |command: fn(&Path, &[&str]) -> Output| messages(&command(&folder, &["inspect", "native/catalog"]));
    assert_eq!(inspect(npx), inspect(native));
    // What was embedded natively need not be embedded again.
    let again = npx(&folder, &["bake", "tea.jsonl", "--out", "native/catalog"]);
    let said = String::from_utf8_lossy(&again.stdout).into_owned();
    assert!(said.contains("0 texts embedded") && said.contains("3 vectors reused"), "{said}");
    let dimensions = ["bake", "products.csv", "--dimensions", "4", "--out", "shop/four"];
    assert!(npx(&folder, &dimensions).status.success());
    let mistakes: [&[&str]; 4] = [
        &["bake", "missing.csv", "--model", &model, "--out", "shop/none"],
        &["bake", "products.csv", "--model", "none", "--out", "shop/none"],
        &["bake", "products.csv", "--model", &model, "--out", "shop/none", "--variants", "both"],
        &["inspect", "shop"],
    ];
    for mistake in mistakes {
        let (own, expected) = (npx(&folder, mistake), native(&folder, mistake));
        let plain = |output: &Output| String::from_utf8_lossy(&output.stderr).replace("os error 44", "os error 2");
        assert_eq!((own.status.code(), plain(&own)), (expected.status.code(), plain(&expected)), "{mistake:?}");
    }
    modules_are_found_by_their_names(&folder);
    documented_commands_work(&folder);
    copied_files_are_served(&folder);
}

/// Importing them on a server does nothing.
fn modules_are_found_by_their_names(folder: &Path) {
    let import =
        "const names = ['nearmind', 'nearmind/shelf', 'nearmind/profile', 'nearmind/pool.js', 'nearmind/add-texts.js'];
        const found = await Promise.all(names.map((name) => import(name)));
        const manifest = (await import('nearmind/custom-elements.json', { with: { type: 'json' } })).default;
        console.log(found.map((module) => Object.keys(module).sort().join()).join(' '), manifest.modules.length);";
    let mut node = Command::new("node");
    let output = node.args(["--input-type=module", "--eval", import]).current_dir(folder).output().unwrap();
    let names = String::from_utf8_lossy(&output.stdout);
    let expected = "Nearmind NearmindShelf NearmindProfile EmbedPool,suitable addTexts 2";
    assert_eq!(names.trim(), expected, "{}", String::from_utf8_lossy(&output.stderr));
    let package = folder.join("node_modules/nearmind");
    assert!(!package.join("demo").exists() && package.join("LICENSE-MIT").is_file());
}

/// The commands of the documentation, as they are typed, but for `serve`, which does not end.
fn documented_commands_work(folder: &Path) {
    let site = folder.join("public/blog/tea");
    fs::create_dir_all(&site).unwrap();
    fs::write(site.join("index.html"), "<main><h1>Tea</h1><p>How green tea is brewed.</p></main>").unwrap();
    let mut count = 0;
    for page in ["first-shelf.md", "guides/sites.md"] {
        let text = fs::read_to_string(root().join("docs").join(page)).unwrap();
        let commands = text.lines().filter_map(|line| line.strip_prefix("npx nearmind "));
        for command in commands.filter(|command| !command.starts_with("serve")) {
            let output = npx(folder, &command.split(' ').collect::<Vec<_>>());
            assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
            count += 1;
        }
    }
    assert_eq!(count, 4);
    assert!(folder.join("public/nearmind/catalog/manifest.json").is_file());
}

/// `copy` and `serve` do the rest of what a page needs.
fn copied_files_are_served(folder: &Path) {
    let copied = npx(folder, &["copy", "--out", "shop/nearmind"]);
    assert!(copied.status.success(), "{}", String::from_utf8_lossy(&copied.stderr));
    for file in ["shelf.js", "worker.js", "wasm/nearmind-worker_bg.wasm", "models/minilm/manifest.json"] {
        assert!(folder.join("shop/nearmind").join(file).is_file(), "{file}");
    }
    for file in ["node", "wasm/jieba.txt", "wasm/nearmind-command.wasm"] {
        assert!(!folder.join("shop/nearmind").join(file).exists(), "{file}");
    }
    let mut serve = Command::new("node");
    serve.args(["node_modules/nearmind/node/nearmind.js", "serve", "shop", "--port", "0"]).current_dir(folder);
    let mut server = serve.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let port = line.split("localhost:").nth(1).unwrap().split('/').next().unwrap().parse::<u16>().unwrap();
    let get = |path: &str| {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    };
    let (module, missing, above) =
        (get("/nearmind/wasm/nearmind-worker_bg.wasm"), get("/none"), get("/../products.csv"));
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(module.starts_with("HTTP/1.1 200") && module.contains("application/wasm"), "{}", &module[..300]);
    assert!(missing.starts_with("HTTP/1.1 404") && above.starts_with("HTTP/1.1 404"), "{missing}{above}");
}
