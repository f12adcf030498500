//! `nearmind bake --site`: the same posts, built by Hugo, Eleventy, Astro and VitePress, become the same items. `cargo xtask
//! test` installs the generators.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use nearmind::cli::folder;
use nearmind_core::catalog::Item;
use nearmind_feeds::{ProblemKind, Report};

#[path = "support/skipped.rs"]
mod skipped;

const POSTS: [&str; 4] = ["black-tea", "green-tea", "teapots", "unfinished"];

/// A generator: where its posts are, where it writes, and the command that runs it.
struct Generator {
    name: &'static str,
    posts: &'static str,
    built: &'static str,
    command: &'static [&'static str],
}

const GENERATORS: [Generator; 4] = [
    Generator { name: "hugo", posts: "content/posts", built: "public", command: &["hugo", "--quiet"] },
    Generator { name: "eleventy", posts: "posts", built: "_site", command: &["eleventy", "--quiet"] },
    Generator { name: "astro", posts: "src/pages/blog", built: "dist", command: &["astro", "build"] },
    Generator { name: "vitepress", posts: "blog", built: ".vitepress/dist", command: &["vitepress", "build"] },
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The packages of the generators in `target`; `None` if they are not installed.
fn packages() -> Option<PathBuf> {
    let folder = root().join("target/site-generators/node_modules");
    folder.is_dir().then_some(folder)
}

/// Builds the site of a generator in an empty folder. Returns the folder of the pages.
fn build(generator: &Generator, packages: &Path) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sites").join(generator.name);
    let _ = fs::remove_dir_all(&folder);
    copy(&root().join("tests/sites").join(generator.name), &folder);
    fs::create_dir_all(folder.join(generator.posts)).unwrap();
    fs::write(folder.join("package.json"), r#"{"type": "module"}"#).unwrap();
    let modules = folder.join("node_modules");
    std::os::unix::fs::symlink(packages, &modules).unwrap();
    for post in POSTS.map(|post| format!("{post}.md")) {
        let mut text = fs::read_to_string(root().join("tests/sites/posts").join(&post)).unwrap();
        if generator.name == "astro" {
            text = text.replacen("---\n", "---\nlayout: ../../layouts/Post.astro\n", 1);
        }
        fs::write(folder.join(generator.posts).join(post), text).unwrap();
    }
    let [program, arguments @ ..] = generator.command else { unreachable!() };
    let own = modules.join(".bin").join(program);
    let mut command = if own.exists() { Command::new(own) } else { Command::new(program) };
    let output = command.args(arguments).current_dir(&folder).env("ASTRO_TELEMETRY_DISABLED", "1").output().unwrap();
    assert!(output.status.success(), "{}: {}", generator.name, String::from_utf8_lossy(&output.stderr));
    folder.join(generator.built)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(from, to).unwrap();
        }
    }
}

/// Bakes a site. Returns its items and the report.
fn bake(name: &str, site: &Path, more: &[&str]) -> (Vec<Item>, Report) {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sites").join(format!("{name}-catalog"));
    let mut bake = Command::new(env!("CARGO_BIN_EXE_nearmind"));
    bake.arg("bake").arg("--site").arg(site).args(more).args(["--no-embed", "--out"]).arg(&out);
    let output = bake.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report = fs::read(out.join(folder::PRIVATE_FOLDER).join(folder::REPORT)).unwrap();
    let (_, catalog) = folder::read(&out).unwrap();
    let items = (0..catalog.len() as u32).map(|row| catalog.items.get(row).to_item()).collect();
    (items, serde_json::from_slice(&report).unwrap())
}

#[test]
fn four_generators_give_the_same_items() {
    let Some(packages) = packages() else {
        return skipped::report_skipped("sites of generators: `cargo xtask test` installs them");
    };
    for generator in &GENERATORS {
        let name = generator.name;
        let (items, report) = bake(name, &build(generator, &packages), &[]);
        let end = if name == "vitepress" { ".html" } else { "/" };
        let ids: Vec<&str> = items.iter().map(|item| item.id.as_str()).collect();
        assert_eq!(ids, ["black-tea", "green-tea", "teapots"].map(|post| format!("/blog/{post}{end}")), "{name}");
        let green = &items[1];
        let text = &green.words["en"];
        assert_eq!((text.title.as_str(), green.url.as_str()), ("How to brew green tea", green.id.as_str()), "{name}");
        // Hugo names the section in the Open Graph data.
        assert_eq!(text.categories, [if name == "hugo" { "posts" } else { "blog" }], "{name}");
        let description = &text.description;
        assert!(description.starts_with("Water at eighty degrees, two minutes, and no more."), "{name}: {description}");
        assert!(description.contains("Sencha from the first harvest in spring"), "{name}: {description}");
        for left_out in ["All rights reserved", "code is left out", "Blog", "Home"] {
            assert!(!description.contains(left_out), "{name}: {description}");
        }
        // VitePress writes neither dates nor tags into its pages.
        if name != "vitepress" {
            assert_eq!(green.date, Some(20_526), "{name}"); // 2026-03-14
            assert!(green.tags.iter().any(|tag| tag == "sencha"), "{name}: {:?}", green.tags);
        }
        assert_eq!(green.brand, if name == "astro" { "Ana Leaf" } else { "" }, "{name}");
        assert_eq!(report.problems[&ProblemKind::Unpublished].reasons["noindex"], 1, "{name}");
        let others = &report.problems[&ProblemKind::NotProduct].reasons;
        assert!(!others.is_empty() && report.rows == report.items + report.left_out(), "{name}: {others:?}");
    }
}

#[test]
fn a_site_below_a_path_has_it_in_its_addresses() {
    let site = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sites/below");
    fs::create_dir_all(site.join("tea")).unwrap();
    let page =
        "<link rel=canonical href=https://tea.example/notes/tea/><main><h1>Tea</h1>How green tea is brewed.</main>";
    fs::write(site.join("tea/index.html"), page).unwrap();
    for base in ["/notes/", "notes"] {
        let (items, _) = bake("below", &site, &["--base", base]);
        assert_eq!((items[0].id.as_str(), items[0].url.as_str()), ("/notes/tea/", "/notes/tea/"));
    }
}

#[test]
fn a_folder_without_pages_says_what_to_name() {
    let empty = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sites/empty");
    fs::create_dir_all(&empty).unwrap();
    let mut bake = Command::new(env!("CARGO_BIN_EXE_nearmind"));
    let output = bake.arg("bake").arg("--site").arg(&empty).args(["--no-embed", "--out"]).arg(&empty).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && error.contains("has no HTML files: name the folder that"), "{error}");
}
