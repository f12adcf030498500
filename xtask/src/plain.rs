//! Scripts without their comments and indentation, style sheets without their spaces, and private fields by short names: a
//! third of what the loader weighs. By whole lines, and types within a line, which is safe as long as no string of ours has
//! what looks like one; a test looks.

use std::{fs, path::Path};

use anyhow::Result;

/// How a style sheet within a script begins; it ends with the string.
const SHEET: &str = "const CSS = `";
/// How a type within a line begins; `@template` and the like stand on lines of their own.
const TYPE: &str = "/** @";

/// All scripts of a built site, but for the wasm modules' own.
pub fn scripts(folder: &Path) -> Result<()> {
    for entry in folder.read_dir()? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if !["wasm", "models", "catalog", "shop", "npm"].contains(&name.as_str()) {
                scripts(&path)?;
            }
        } else if name.ends_with(".js") {
            fs::write(&path, plain(&fs::read_to_string(&path)?))?;
        }
    }
    Ok(())
}

/// Without the lines that are comments, and without what stands before the others.
pub fn plain(script: &str) -> String {
    let mut out = String::with_capacity(script.len());
    let (mut comment, mut sheet) = (false, false);
    for line in script.lines().map(str::trim) {
        // A type before an expression shares its line with it.
        let begins = line.starts_with("/*") && (line.ends_with("*/") || !line.contains("*/"));
        comment |= begins;
        sheet &= !line.starts_with('`');
        if !comment && !line.is_empty() && !line.starts_with("//") {
            if sheet {
                out += &dense(line);
            } else {
                untyped(line, &mut out);
            }
            out.push('\n');
        }
        sheet |= line == SHEET;
        if comment && line.ends_with("*/") {
            comment = false;
        }
    }
    short_fields(&out)
}

/// Private fields (`this.#waiting`) by names of a letter or two, the same throughout the file. Other words after a `#`,
/// such as colours, are left.
fn short_fields(script: &str) -> String {
    let name_at = |at: usize| {
        let rest = &script[at + 1..];
        &rest[..rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len())]
    };
    let mut names: Vec<&str> = Vec::new();
    for (at, _) in script.match_indices(".#") {
        let name = name_at(at + 1);
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    let (mut out, mut done) = (String::with_capacity(script.len()), 0);
    for (at, _) in script.match_indices('#') {
        let name = name_at(at);
        if let Some(nth) = names.iter().position(|known| *known == name) {
            out += &script[done..=at];
            out.extend(
                [(b'a' + (nth / 26) as u8) as char, (b'a' + (nth % 26) as u8) as char]
                    .iter()
                    .skip(usize::from(nth < 26)),
            );
            done = at + 1 + name.len();
        }
    }
    out + &script[done..]
}

/// A line of a style sheet without the spaces that mean nothing. Those around `+` and within selectors stay.
fn dense(line: &str) -> String {
    let spaces = [(": ", ":"), ("; ", ";"), (", ", ","), (" {", "{"), ("{ ", "{"), (" }", "}"), (";}", "}")];
    spaces.iter().fold(line.to_owned(), |line, (from, to)| line.replace(from, to))
}

/// A line without the types in it.
fn untyped(line: &str, out: &mut String) {
    let mut rest = line;
    while let Some((before, typed)) = rest.split_once(TYPE)
        && let Some((_, after)) = typed.split_once("*/")
    {
        *out += before;
        rest = after.strip_prefix(' ').unwrap_or(after);
    }
    *out += rest;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_go_and_code_stays() {
        let script = "/**\n * For what.\n */\nconst a = 1; // kept\n\n  // gone\n  /** @type {x} */\n  b(`\n   /x/ ${a}`);\n  /** @type {y} */ (c)?.d(/** @type {z} */ (e));\n";
        assert_eq!(plain(script), "const a = 1; // kept\nb(`\n/x/ ${a}`);\n(c)?.d((e));\n");
    }

    #[test]
    fn style_sheets_lose_their_spaces_and_keep_their_meaning() {
        let script = "const CSS = `\n  .a :hover { inset: 0 calc(1px + 2%); color: red }\n`;\nb({ c: 1 });\n";
        assert_eq!(plain(script), "const CSS = `\n.a :hover{inset:0 calc(1px + 2%);color:red}\n`;\nb({ c: 1 });\n");
    }

    #[test]
    fn private_fields_have_short_names_and_colours_keep_theirs() {
        let script = "class A {\n  #waiting = 1;\n  #done;\n  a() { return this.#waiting + this.#done; }\n}\nb(\"#waitings #fff\");\n";
        let short = "class A {\n#a = 1;\n#b;\na() { return this.#a + this.#b; }\n}\nb(\"#waitings #fff\");\n";
        assert_eq!(plain(script), short);
        let many: String = (0..30).map(|nth| format!("this.#field{nth};\n")).collect();
        assert!(plain(&many).ends_with("this.#z;\nthis.#ba;\nthis.#bb;\nthis.#bc;\nthis.#bd;\n"));
    }

    #[test]
    fn no_string_of_ours_looks_like_a_comment() {
        fn walk(folder: &Path) {
            for path in folder.read_dir().unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() {
                    walk(&path);
                } else if path.extension().is_some_and(|extension| extension == "js") {
                    let text = fs::read_to_string(&path).unwrap();
                    let inside = text.split('`').skip(1).step_by(2).flat_map(str::lines).skip(1);
                    for line in inside.map(str::trim) {
                        let text = line.replace(&format!("${{{TYPE}"), ""); // code within a string, that is
                        let looks = line.starts_with("//") || text.contains(TYPE);
                        assert!(!looks, "{}: {line}", path.display());
                    }
                    let shorter = plain(&text);
                    assert!(
                        !shorter.is_empty() && shorter.matches('`').count().is_multiple_of(2),
                        "{}",
                        path.display()
                    );
                }
            }
        }
        walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../www"));
    }
}
