//! Inserts the parts that the demo shop's pages share: a line `<!-- parts: NAME -->` is replaced by the content of
//! `demo/parts/NAME.html`. Must not know what the parts are.

use std::{fs, path::Path};

use anyhow::{Context, Result};

const PARTS: &str = "demo/parts";

/// Inserts the parts into all pages of a site's folder, and removes the folder of parts.
pub fn assemble(site: &Path) -> Result<()> {
    let parts = site.join(PARTS);
    let part = |name: &str| {
        let file = parts.join(format!("{name}.html"));
        fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))
    };
    for entry in site.read_dir()? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "html") {
            let page = fs::read_to_string(&path)?;
            fs::write(&path, insert_parts(&page, part).with_context(|| path.display().to_string())?)?;
        }
    }
    fs::remove_dir_all(parts)?;
    Ok(())
}

/// The page with its parts. `part` returns the content of the part with a name.
fn insert_parts(page: &str, part: impl Fn(&str) -> Result<String>) -> Result<String> {
    let mut out = String::with_capacity(page.len());
    let mut rest = page;
    while let Some((before, after)) = rest.split_once("<!-- parts: ") {
        let (name, after) = after.split_once(" -->").context("a comment `<!-- parts: ` is not closed by ` -->`")?;
        out += before;
        out += part(name)?.trim();
        rest = after;
    }
    Ok(out + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_replaces_its_comment() {
        let part = |name: &str| match name {
            "head" => Ok("  <meta>\n  <link>\n".to_owned()),
            _ => anyhow::bail!("there is no part {name}"),
        };
        let page = insert_parts("<head>\n  <!-- parts: head -->\n</head>", part).unwrap();
        assert_eq!(page, "<head>\n  <meta>\n  <link>\n</head>");
        assert!(insert_parts("<!-- parts: foot -->", part).is_err());
        assert!(insert_parts("<!-- parts: head", part).is_err());
    }
}
