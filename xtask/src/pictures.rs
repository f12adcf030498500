//! Draws the demo shop's pictures, one SVG for each product. `xtask/pictures/*.svg` have the shapes, and `table.txt` has
//! the shape and the colours of each product. Must not know products beyond their ids.
//!
//! A shape is a `<symbol id="NAME">` with one element on each line. Its colours are placeholders:
//!
//! ```text
//! $a $b $c         the picture's own colours     $g   its background
//! $(NAME)          a colour of palette.txt, such as $(cream)
//! ...l ...d ...x   lighter, darker, darkest: $al, $gd, $(cream)x
//! ```
//!
//! A line with ` if="hood"` is drawn only for pictures that name `+hood`, with ` if="!hood"` only for the others; a line
//! with ` mirror=""` is drawn twice, the second time mirrored about the vertical axis of the picture.

use std::{collections::BTreeMap, fs, path::Path};

type Rgb = [u8; 3];

/// The background of all shapes: a tinted square, and a paler disc.
const GROUND: &str = r#"<path fill="$g" d="M0 0h320v320H0z"/>
<circle fill="$gl" cx="160" cy="160" r="124"/>
"#;

/// Draws all pictures into `www/demo/shop/pictures` under `root`, and removes pictures that are not in the table. Returns
/// their number.
pub fn draw(root: &Path) -> Result<usize, String> {
    let target = root.join("www/demo/shop/pictures");
    let failed = |e: std::io::Error| format!("{}: {e}", target.display());
    let drawn = pictures(root)?;
    fs::create_dir_all(&target).map_err(failed)?;
    for (file, svg) in &drawn {
        let path = target.join(file);
        // An unchanged file is not written, since its new modification time would cause the site to be built again.
        if fs::read_to_string(&path).is_ok_and(|old| old == *svg) {
            continue;
        }
        fs::write(path, svg).map_err(failed)?;
    }
    for entry in fs::read_dir(&target).map_err(failed)?.flatten() {
        if !drawn.keys().any(|file| entry.file_name() == file.as_str()) {
            fs::remove_file(entry.path()).map_err(failed)?;
        }
    }
    Ok(drawn.len())
}

/// The SVGs of all pictures, by file name.
fn pictures(root: &Path) -> Result<BTreeMap<String, String>, String> {
    let source = root.join("xtask/pictures");
    let palette = palette(&read(&source.join("palette.txt"))?)?;
    let shapes = shapes(&source)?;
    let table = read(&source.join("table.txt"))?;
    let lines = table.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| picture(line, &palette, &shapes).map_err(|e| format!("table.txt: {e} in the line `{line}`")))
        .collect()
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}

/// Lines `name #rrggbb`.
fn palette(text: &str) -> Result<BTreeMap<String, Rgb>, String> {
    let colour = |line: &str| {
        let (name, hex) = line.split_once(" #")?;
        let value = u32::from_str_radix(hex.trim(), 16).ok()?;
        Some((name.trim().to_owned(), [(value >> 16) as u8, (value >> 8) as u8, value as u8]))
    };
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| colour(line).ok_or_else(|| format!("palette.txt: `{line}` is not `name #rrggbb`"))).collect()
}

/// The content of all symbols in the SVG files of a folder, by id.
fn shapes(folder: &Path) -> Result<BTreeMap<String, String>, String> {
    let mut shapes = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?.flatten() {
        if entry.path().extension().is_none_or(|extension| extension != "svg") {
            continue;
        }
        for symbol in read(&entry.path())?.split("<symbol id=\"").skip(1) {
            let (name, rest) = symbol.split_once("\">").ok_or("a tag <symbol> is not closed")?;
            let (body, _) =
                rest.split_once("</symbol>").ok_or_else(|| format!("<symbol id=\"{name}\"> is not closed"))?;
            if shapes.insert(name.to_owned(), body.to_owned()).is_some() {
                return Err(format!("the shape `{name}` is drawn twice"));
            }
        }
    }
    Ok(shapes)
}

/// The file name and the SVG of a line `id shape background a b c +detail` of the table.
fn picture(
    line: &str,
    palette: &BTreeMap<String, Rgb>,
    shapes: &BTreeMap<String, String>,
) -> Result<(String, String), String> {
    let mut words = line.split_whitespace();
    let id = words.next().ok_or("no id")?;
    let name = words.next().ok_or("no shape")?;
    let shape = shapes.get(name).ok_or_else(|| format!("no shape `{name}`"))?;
    let (details, colours): (Vec<&str>, Vec<&str>) = words.partition(|word| word.starts_with('+'));
    let has = |detail: &str| details.iter().any(|word| word[1..] == *detail);

    let mut body = GROUND.to_owned();
    for element in shape.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (element, condition) = take_attribute(element, "if");
        let (element, mirror) = take_attribute(&element, "mirror");
        let drawn = condition.is_none_or(|name| name.strip_prefix('!').map_or_else(|| has(&name), |n| !has(n)));
        if drawn {
            body += &element;
            body.push('\n');
        }
        if drawn && mirror.is_some() {
            body += &format!("<g transform=\"matrix(-1 0 0 1 320 0)\">{element}</g>\n");
        }
    }
    let head = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"320\" height=\"320\" viewBox=\"0 0 320 320\">";
    Ok((format!("{id}.svg"), format!("{head}\n{}</svg>\n", paint(&body, &colours, palette)?)))
}

/// The element without the attribute `name`, and the attribute's value if it has one.
fn take_attribute(element: &str, name: &str) -> (String, Option<String>) {
    let key = format!(" {name}=\"");
    let Some((before, rest)) = element.split_once(&key) else { return (element.to_owned(), None) };
    let Some((value, after)) = rest.split_once('"') else { return (element.to_owned(), None) };
    (format!("{before}{after}"), Some(value.to_owned()))
}

/// Replaces the placeholders by colours. `colours` are the names of the background, a, b and c.
fn paint(body: &str, colours: &[&str], palette: &BTreeMap<String, Rgb>) -> Result<String, String> {
    let mut parts = body.split('$');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = match part.strip_prefix('(') {
            Some(named) => named.split_once(')').ok_or("a placeholder `$(` is not closed")?,
            None => {
                let letter = part.chars().next().unwrap_or('?');
                let place = "gabc".find(letter).ok_or_else(|| format!("no colour `${letter}`"))?;
                (*colours.get(place).ok_or_else(|| format!("the shape needs a colour `${letter}`"))?, &part[1..])
            }
        };
        let base = *palette.get(name).ok_or_else(|| format!("no colour `{name}` in palette.txt"))?;
        let (rgb, rest) = match rest.chars().next() {
            Some('l') => (mix(base, [255, 253, 248], 36), &rest[1..]),
            Some('d') => (mix(base, [30, 32, 52], 14), &rest[1..]),
            Some('x') => (mix(base, [30, 32, 52], 42), &rest[1..]),
            _ => (base, rest),
        };
        out += &format!("#{:02x}{:02x}{:02x}{rest}", rgb[0], rgb[1], rgb[2]);
    }
    Ok(out)
}

/// Mixes `percent` of the colour `to` into `from`.
fn mix(from: Rgb, to: Rgb, percent: u32) -> Rgb {
    std::array::from_fn(|i| ((u32::from(from[i]) * (100 - percent) + u32::from(to[i]) * percent) / 100) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pictures_in_the_repository_are_up_to_date() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the project");
        for (file, svg) in pictures(root).unwrap() {
            let kept = fs::read_to_string(root.join("www/demo/shop/pictures").join(&file)).unwrap_or_default();
            assert!(kept == svg, "{file} is out of date: run `cargo xtask pictures`");
        }
    }

    #[test]
    fn conditions_mirrors_and_errors() {
        let palette = palette("paper #ffffff\nred #ff0000").unwrap();
        let lines = "<a fill=\"$a\" if=\"hood\"/>\n<b fill=\"$(red)\" if=\"!hood\"/>\n<c mirror=\"\"/>";
        let shapes = BTreeMap::from([("coat".to_owned(), lines.to_owned())]);
        let draw = |line: &str| picture(line, &palette, &shapes).map(|(_, svg)| svg);
        let (hooded, plain) = (draw("x coat paper red +hood").unwrap(), draw("x coat paper red").unwrap());
        assert!(hooded.contains("<a fill=\"#ff0000\"/>") && !hooded.contains("<b"));
        assert!(plain.contains("<b fill=\"#ff0000\"/>") && !plain.contains("<a"));
        assert_eq!(plain.matches("<c/>").count(), 2);
        assert!(draw("x coat paper blue +hood").unwrap_err().contains("no colour `blue`"));
        assert!(draw("x hat paper red").unwrap_err().contains("no shape `hat`"));
    }
}
