//! What a minified script must have in common with its source, checked for each script of `www/`.

use std::path::PathBuf;

use oxc_ast::ast::{IdentifierName, StringLiteral, TemplateElement};
use oxc_ast_visit::Visit;

use super::*;

fn www() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../www")
}

/// Calls `check` with the name and the text of every script in `www/`.
fn each_script(check: impl Fn(&str, &str)) {
    let places = ["package", "demo", "measure"].map(|place| www().join(place));
    let mut folders = places.to_vec();
    let mut scripts = 0;
    while let Some(folder) = folders.pop() {
        for path in folder.read_dir().unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "js") {
                let place = places.iter().find_map(|place| path.strip_prefix(place).ok());
                let name = place.unwrap().to_string_lossy().replace('\\', "/");
                check(&name, &fs::read_to_string(&path).unwrap());
                scripts += 1;
            }
        }
    }
    assert!(scripts > 50, "{scripts} scripts");
}

/// The names that a script exports and the modules that it imports.
fn interface(name: &str, script: &str) -> Vec<String> {
    let allocator = Allocator::default();
    let record = Parser::new(&allocator, script, source_type(name)).parse().module_record;
    let exports = record.exported_bindings.keys().map(|name| format!("export {name}"));
    let imports = record.requested_modules.keys().map(|name| format!("import {name}"));
    let stars = record.star_export_entries.iter().filter_map(|entry| entry.module_request.as_ref());
    let stars = stars.map(|module| format!("export * from {}", module.name));
    let mut all: Vec<_> = exports.chain(imports).chain(stars).collect();
    all.sort();
    all
}

/// Strings, the text parts of templates, and names of properties, since `{ "a": 1 }` may become `{ a: 1 }`.
#[derive(Default)]
struct Strings {
    literals: Vec<String>,
    names: Vec<String>,
}

impl<'a> Visit<'a> for Strings {
    fn visit_string_literal(&mut self, literal: &StringLiteral<'a>) {
        self.literals.push(literal.value.to_string());
    }

    fn visit_template_element(&mut self, element: &TemplateElement<'a>) {
        self.literals.extend(element.value.cooked.map(|text| text.to_string()));
    }

    fn visit_identifier_name(&mut self, name: &IdentifierName<'a>) {
        self.names.push(name.name.to_string());
    }
}

fn strings(name: &str, script: &str) -> Strings {
    let allocator = Allocator::default();
    let program = parse(&allocator, name, script).unwrap();
    let mut strings = Strings::default();
    strings.visit_program(&program);
    strings
}

#[test]
fn comments_spaces_and_long_local_names_go() {
    let script = "/** Doubles. */\nexport function double(/** @type {number} */ amount) {\n  // Twice.\n  const twice = amount * 2;\n  console.log(twice);\n  return { twice };\n}\n";
    assert_eq!(
        minify_script("double.js", script).unwrap(),
        "export function double(e){let t=e*2;return console.log(t),{twice:t}}"
    );
}

#[test]
fn private_members_have_short_names_and_public_ones_keep_theirs() {
    let script = "export class Queue { #waiting = []; add(message) { this.#waiting.push(message); } get size() { return this.#waiting.length; } }";
    let short = "export class Queue{#e=[];add(e){this.#e.push(e)}get size(){return this.#e.length}}";
    assert_eq!(minify_script("queue.js", script).unwrap(), short);
}

#[test]
fn names_of_a_classic_script_stay_since_they_are_global() {
    let script = "const all = FILES;\nfunction answer(request) { return all[request]; }";
    let minified = minify_script("offline.js", script).unwrap();
    assert_eq!(minified, "const all=FILES;function answer(e){return all[e]}");
}

#[test]
fn templates_keep_their_substitutions() {
    let script = "export const greet = (name) => `Hello  ${name},\n  ${`you are ${name.length}`}.`;";
    assert_eq!(
        minify_script("greet.js", script).unwrap(),
        "export const greet=e=>`Hello  ${e},\n  ${`you are ${e.length}`}.`;"
    );
}

#[test]
fn style_sheets_lose_their_spaces_and_keep_their_meaning() {
    let css = "\n.a :hover {\n  inset: 0 calc(1px + 2%); /* why */\n  color: red;\n}\n\n/* Two\n   lines. */\n.b,\n.c {\n  margin: 0\n    auto }\n";
    assert_eq!(minify_css(css), ".a :hover{inset:0 calc(1px + 2%);color:red}.b,.c{margin:0\nauto}");
    let script = format!("const CSS = `{css}`;\nsheet.replaceSync(CSS);\nother(`a,  {{ b }}`);");
    let minified = minify_script("sheet.js", &script).unwrap();
    assert!(minified.contains(".b,.c{margin:0"), "{minified}");
    assert!(minified.contains("a,  { b }"), "no other string is a style sheet: {minified}");
}

#[test]
fn a_script_that_cannot_be_parsed_is_named_with_its_line() {
    for wrong in
        ["const a = 1;\n\nconst b = ;\n", "const a = 1;\n\nconst a = 2;\n", "class A {\n\n  a() { this.#none; } }\n"]
    {
        let error = minify_script("demo/wrong.js", wrong).unwrap_err().to_string();
        assert!(error.starts_with("demo/wrong.js:3: "), "{error}");
    }
}

#[test]
fn minified_scripts_export_and_import_what_their_sources_do() {
    each_script(|name, script| {
        let minified = minify_script(name, script).unwrap();
        assert!(minified.len() < script.len(), "{name}");
        assert_eq!(interface(name, script), interface(name, &minified), "{name}");
        assert_eq!(minified, minify_script(name, script).unwrap(), "{name}: the same each time");
    });
}

#[test]
fn every_minified_script_keeps_the_strings_of_its_source() {
    each_script(|name, script| {
        let kept = strings(name, &minify_script(name, script).unwrap());
        for text in strings(name, script).literals {
            // A style sheet begins with a new line.
            let text = if text.starts_with('\n') { minify_css(&text) } else { text };
            // Two strings that are joined may have become one.
            let is_kept = kept.literals.iter().chain(&kept.names).any(|kept| kept.contains(&text));
            assert!(is_kept, "{name} has lost {text:?}");
        }
    });
}

#[test]
fn the_scripts_that_pages_load_as_classic_ones_are_known() {
    let pages = ["index.html"].map(|page| www().join("..").join(page));
    let folders = ["demo", "demo/demo/parts", "demo/examples", "measure"];
    let others = folders.iter().flat_map(|folder| www().join(folder).read_dir().unwrap());
    let pages = pages.into_iter().chain(others.map(|entry| entry.unwrap().path()));
    for page in pages.filter(|path| path.extension().is_some_and(|extension| extension == "html")) {
        let text = fs::read_to_string(&page).unwrap();
        for tag in text.split("<script").skip(1).filter_map(|rest| rest.split('>').next()) {
            let source = tag.split("src=\"").nth(1).and_then(|rest| rest.split('"').next());
            let is_classic = source.is_some() && !tag.contains("type=\"module\"");
            assert!(!is_classic || CLASSIC_SCRIPTS.contains(&source.unwrap_or_default()), "{}: {tag}", page.display());
        }
    }
}
