//! ReDial: what someone says in a conversation, and the films that are then recommended. Films are matched with those
//! of a data set of films by title and, if there is one, year. Films without a match become items with a title only.
//!
//! Must not know scorers.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write,
    path::Path,
};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{create, write_row};
use nearmind::cli::interactions::{find_file, read_lines};

/// How many of the last turns make up the query: earlier ones are about something else.
const TURNS: usize = 4;

/// Converts the turns and the data set of films to a data set in the folder `out`.
pub fn convert(turns: &Path, films: &Path, out: &Path) -> Result<()> {
    let path = find_file(films, "items.jsonl").with_context(|| format!("{} has no items.jsonl", films.display()))?;
    let mut items = create(out, "items.jsonl")?;
    let mut by_key: BTreeMap<String, Vec<(String, Option<String>)>> = BTreeMap::new();
    for line in read_lines(&path)? {
        let line = line?;
        let Ok(film) = serde_json::from_str::<Value>(&line) else { continue };
        let (Some(id), Some(title)) = (film["id"].as_str(), film["title"].as_str()) else { continue };
        writeln!(items, "{line}")?;
        by_key.entry(key(title)).or_default().push((id.to_owned(), year(title)));
    }
    let mut added: BTreeSet<String> = BTreeSet::new();
    let mut tests = create(out, "test.tsv")?;
    write_row(&mut tests, &["user_id", "query", "history", "target"])?;
    for line in read_lines(turns)? {
        let line = line?;
        let turn: Value = serde_json::from_str(&line).with_context(|| format!("reading {}", turns.display()))?;
        let names = |field: &str| -> Vec<String> {
            let names = turn[field].as_array().into_iter().flatten();
            names.filter_map(|name| Some(name.as_str()?.replace('_', " "))).collect()
        };
        let film = |name: &String| {
            let same_title = by_key.get(&key(name))?;
            let year_named = year(name);
            let same_year = same_title.iter().find(|(_, year)| year_named.is_some() && *year == year_named);
            Some(same_year.or_else(|| same_title.first().filter(|_| year_named.is_none()))?.0.clone())
        };
        let mut targets: Vec<String> = Vec::new();
        for name in names("target") {
            let id = film(&name).unwrap_or_else(|| format!("named-{}", key(&name)));
            if id.starts_with("named-") && added.insert(id.clone()) {
                writeln!(items, "{}", json!({"id": id, "title": name}))?;
            }
            targets.push(id);
        }
        let history: Vec<String> = names("mentioned").iter().filter_map(film).collect();
        // Films that were named before are in the history, which is masked, so they cannot be found.
        targets.retain(|target| !history.contains(target));
        let turns = turn["input"].as_str().unwrap_or_default().lines().map(without_speaker);
        let turns: Vec<&str> = turns.filter(|turn| !turn.is_empty()).collect();
        let query = turns[turns.len().saturating_sub(TURNS)..].join(" ");
        if !targets.is_empty() && !query.is_empty() {
            let visitor = turn["dialog"].as_str().unwrap_or_default();
            write_row(&mut tests, &[visitor, &query, &history.join(" "), &targets.join(" ")])?;
        }
    }
    if let Some(path) = find_file(films, "interactions.tsv") {
        let name = path.file_name().unwrap_or_default();
        fs::copy(&path, out.join(name)).with_context(|| format!("copying {}", path.display()))?;
    }
    Ok(())
}

/// Removes the speaker at the beginning of a turn.
fn without_speaker(line: &str) -> &str {
    line.trim_start_matches("User:").trim_start_matches("System:").trim()
}

/// The lower-case letters and digits of a title, without anything in brackets. An article at its end moves to the
/// front.
fn key(title: &str) -> String {
    let title = title.split(" (").next().unwrap_or(title).to_lowercase();
    let article = ["the", "a", "an"]
        .into_iter()
        .find_map(|article| Some(format!("{article} {}", title.strip_suffix(&format!(", {article}"))?)));
    article.unwrap_or(title).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The year in the last brackets of a title.
fn year(title: &str) -> Option<String> {
    let bracket = title.rsplit_once('(')?.1;
    let digits: String = bracket.chars().take_while(char::is_ascii_digit).collect();
    (digits.len() == 4).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_in_different_styles_have_the_same_key() {
        for (one, other) in [
            ("Police Academy (film)", "Police Academy (1984)"),
            ("The Matrix", "Matrix, The (1999)"),
            ("Ocean's Eleven", "Ocean's Eleven (2001)"),
        ] {
            assert_eq!(key(one), key(other));
        }
        assert_eq!((year("It (2017 film)"), year("It (miniseries)")), (Some("2017".into()), None));
        assert_ne!(key("Alien"), key("Aliens"));
    }

    #[test]
    fn turns_and_films_are_converted_to_a_data_set() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("items.jsonl"), "{\"id\": \"1\", \"title\": \"Matrix, The (1999)\"}\n").unwrap();
        let turn = json!({"dialog": "d", "input": "\nUser: Hi\nSystem: Like The Matrix?\nSystem: ",
            "mentioned": ["The_Matrix", "Film"], "target": ["Dark_City_(1998_film)", "The_Matrix"]});
        fs::write(path("turns.jsonl"), format!("{turn}\n")).unwrap();
        convert(&path("turns.jsonl"), folder.path(), &path("out")).unwrap();
        let tests = fs::read_to_string(path("out/test.tsv")).unwrap();
        assert_eq!(tests.lines().nth(1), Some("d\tHi Like The Matrix?\t1\tnamed-darkcity"));
        assert_eq!(fs::read_to_string(path("out/items.jsonl")).unwrap().lines().count(), 2);
    }
}
