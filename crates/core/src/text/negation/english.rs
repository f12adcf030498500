//! English negation: cues, and how far what they negate reaches. Words are matched in lower case; `don't` is `do not`.

use std::{collections::HashMap, ops::Range, sync::LazyLock};

use unicode_segmentation::UnicodeSegmentation;

use super::Statement;
use crate::text::stop_words::is_stop_word;

/// More words than this are not one thing that somebody does not want.
const MOST_WORDS: usize = 4;

/// What a cue does with the words after it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Cue {
    /// They are not wanted.
    Against,
    /// They are left out: "not too sweet" says neither sweet nor its opposite.
    Degree,
    /// No negation after all: "not only".
    Idiom,
    /// What is meant cannot be told.
    Unclear,
}

/// Of several that fit, the longest counts.
const CUES: [(Cue, &str); 4] = [
    (
        Cue::Against,
        "hate|hates|hated|dislike|dislikes|disliked|detest|detests|loathe|loathes|despise|despises|avoid|avoiding|\
         allergic to|intolerant to|sick of|tired of|fed up with|bored of|bored with|without|no|no more|no longer like|\
         no longer want|no longer need|no longer wear|no longer drink|no longer eat|not|not any|not a|not like|\
         not really like|not want|not really want|not need|not enjoy|not care for|not interested in|not into|\
         not fond of|not a fan of|not a big fan of|not stand|not bear|not eat|not drink|not wear|not use|not for|not be|\
         not contain|not containing|not include|not including|not made of|not made from|not from|not with|not in|\
         not show me|not show|not recommend|not give me|not buy|can not have|must not have|should not have|\
         never want|never liked|never like|never wear|never drink|never eat|never buy|never again|nothing with|\
         nothing made of|nothing made from|nothing from|anything but|everything but|all but|anything except|except|\
         except for|excluding|other than|rather than|instead of|apart from|aside from|neither|nor|stop showing me|\
         stop recommending",
    ),
    (
        Cue::Degree,
        "not too|not very|not so|not that|not as|not overly|not super|not extremely|nothing too|nothing very|\
         nothing overly|no more than|no less than|no bigger than|no larger than|no smaller than|no longer than|\
         no later than|no older than|not more than|not less than|not bigger than|not larger than|not smaller than|\
         not longer than|not heavier than|not older than|not want to spend|not want to pay|not over|not under|not above|not below",
    ),
    (
        Cue::Idiom,
        "not only|not just|not merely|not simply|nothing beats|nothing like|nothing better|nothing but|\
         nothing compares|nothing tops|nothing says|no better|no problem|no matter|no rush|no idea|no doubt|no worries|\
         no thanks|no thank|no nonsense|no one|no need|not sure|not certain|not bad|not necessarily|not much|not yet|\
         why not|if not|or not|not forget|not mind|not wait|not get enough|not resist|not say no|not help|not stop|\
         not go wrong|not miss|not know|not find|not afford|not have|not own|not got|never say no|never get enough|\
         not to love|not to like|who does not love|who does not like|who does not want|\
         not your average|not your usual|not the usual|no ordinary|no clue|not everyone|not everybody|not sleep|have no|has no|had no|\
         never tired of|never get tired of|not tired of|not sick of|not beat|not to mention|not the least|hate to admit|\
         hate to say",
    ),
    (
        Cue::Unclear,
        "not hate|not dislike|not detest|not avoid|never hate|never dislike|hate when|hate that|hate how|hate it|\
         hate to|hate being|hate having|hate not|not interested|\
        no longer hate|no longer dislike|used to hate|used to dislike|not no|neither here|not nothing",
    ),
];

/// The words of a cue.
struct Phrase {
    cue: Cue,
    words: Vec<&'static str>,
}

/// All of them, by their first words.
static BY_FIRST_WORD: LazyLock<HashMap<&str, Vec<Phrase>>> = LazyLock::new(|| {
    let mut phrases: HashMap<&str, Vec<Phrase>> = HashMap::new();
    for (cue, list) in CUES {
        for phrase in list.split('|') {
            let words: Vec<&str> = phrase.split_whitespace().collect();
            phrases.entry(words[0]).or_default().push(Phrase { cue, words });
        }
    }
    phrases
});

/// Before `not`, they make of what follows a verb; one that no cue knows may mean anything.
const AUXILIARIES: &str = "do does did can could will would is are was were should shall has had have am may might must \
    i'm it's that's he's she's they're we're you're isn aren wasn weren";
/// Not, or as good as not: "without" after one of them is no longer a negation.
const DENIALS: &str = "not never no nothing nobody lost hardly impossible rarely seldom";
/// They end what is negated.
const TURNS: &str =
    "but though although because since so please instead only just while when if however yet thanks then";
/// After "and", they begin something else.
const BEGINNINGS: &str = "i we she he they you my want wants would like love need prefer looking give show something rather \
    maybe perhaps";
/// Subjects, and what may stand between one and its verb: no part of what is wanted, either.
const SUBJECTS: &str = "that which isn aren i we you he she they my i'm we're he's she's they're am is are was were do does did can could will would \
    should must have has really just also still absolutely but and";
const OWNERS: &str = "my our his her their your";
/// A clause begins here: what is negated is no thing.
const CLAUSES: &str = "how what when who which why where whether that";
/// They say nothing of what is wanted or not.
const FILLER: &str = "something anything everything nothing stuff thing things item items product products show recommend \
    suggest find looking search really absolutely totally much please thanks thank hello hi contain containing contains \
    drink drinking eat eating wear wearing buy buying love loves prefer prefers need needs thinking kind kinds type types sort \
    rather great good nice new try trying wish hope someone somebody people person who i'm i've i'd don dont etc ok okay yes \
    everyone all everybody fine works shopping shop buy ones one";

/// A word as it is compared, and where it stands.
struct Token {
    word: String,
    range: Range<usize>,
    /// Punctuation stands before it.
    starts: bool,
    /// A hyphen stands before it: "no-cook" negates nothing.
    joined: bool,
}

pub fn statement(text: &str) -> Statement {
    let tokens = tokens(text);
    let mut cut: Vec<Range<usize>> = Vec::new();
    let mut unwanted: Vec<String> = Vec::new();
    let (mut at, mut found, mut lost) = (0, false, false);
    while at < tokens.len() {
        let Some((cue, length)) = cue(&tokens, at) else {
            at += 1;
            continue;
        };
        let after = at + length;
        let from = subject(&tokens, at);
        match cue {
            Cue::Idiom => at = after,
            Cue::Against | Cue::Unclear if is_denied(&tokens, at) => at = clause_end(&tokens, at),
            Cue::Unclear => return Statement::unclear(),
            Cue::Against | Cue::Degree if cue == Cue::Degree || is_manner(&tokens, at) => {
                let end = scope(&tokens, after);
                cut.push(bytes(&tokens, from..end));
                (at, found) = (end.max(after), true);
            }
            Cue::Against | Cue::Degree => {
                let mut end = listed(&tokens, scope(&tokens, after));
                // "a jacket without a hood for my son": the jacket is for him.
                if tokens[..from].iter().any(says) {
                    end = (after..end).find(|&nth| tokens[nth].word == "for").unwrap_or(end);
                }
                match things(text, &tokens, after..end) {
                    Some(things) if !things.is_empty() => unwanted.extend(things),
                    Some(_) => lost = true,
                    None => return Statement::unclear(),
                }
                cut.push(bytes(&tokens, from..end.max(after)));
                (at, found) = (end.max(after), true);
            }
        }
    }
    if !found {
        return Statement::plain(text);
    }
    let wanted = left(text, &cut);
    if unwanted.is_empty() && (lost || wanted.is_empty()) {
        return Statement::unclear();
    }
    Statement { wanted, unwanted, is_unclear: false }
}

/// The words of `text`, with `don't` and `dont` as two at one place.
fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut end = 0;
    for (start, word) in text.unicode_word_indices() {
        let range = start..start + word.len();
        let before = &text[end..start];
        end = range.end;
        let starts = before.contains([',', '.', ';', ':', '!', '?', '(', ')', '\n', '—', '–']);
        let mut joined = before == "-";
        let plain = word.to_lowercase().replace('’', "'");
        let mut push = |word: &str, starts| {
            let joined = std::mem::take(&mut joined);
            tokens.push(Token { word: word.to_owned(), range: range.clone(), starts, joined });
        };
        let stem = plain.strip_suffix("n't").or_else(|| {
            ["dont", "doesnt", "didnt", "cant", "wont", "isnt", "wouldnt", "couldnt"]
                .contains(&plain.as_str())
                .then(|| &plain[..plain.len() - 2])
        });
        match (plain.as_str(), stem) {
            ("cannot" | "can't" | "cant", _) => {
                push("can", starts);
                push("not", false);
            }
            ("won't" | "wont", _) => {
                push("will", starts);
                push("not", false);
            }
            (_, Some(stem)) => {
                push(stem, starts);
                push("not", false);
            }
            (plain, None) => push(plain, starts),
        }
    }
    tokens
}

/// The longest cue that begins at `at`, and how many words it has.
fn cue(tokens: &[Token], at: usize) -> Option<(Cue, usize)> {
    let fits = |words: &[&str]| {
        let Some(here) = tokens.get(at..at + words.len()) else { return false };
        let goes_on = |token: &Token| !(token.starts || token.joined);
        here.iter().zip(words).all(|(token, word)| token.word == *word) && here[1..].iter().all(goes_on)
    };
    let known = BY_FIRST_WORD.get(tokens[at].word.as_str())?;
    let Phrase { cue, words } =
        known.iter().filter(|phrase| fits(&phrase.words)).max_by_key(|phrase| phrase.words.len())?;
    let (cue, length) = (*cue, words.len());
    // "number 5": no thing is missing.
    let numbered = || tokens.get(at + 1).is_some_and(|next| next.word.starts_with(|c: char| c.is_ascii_digit()));
    let joins = || tokens.get(at + 1).is_some_and(|next| next.joined);
    if length == 1 && (joins() || tokens[at].word == "no" && numbered()) {
        return None;
    }
    let after_auxiliary = at > 0 && has(AUXILIARIES, &tokens[at - 1].word) && !tokens[at].starts;
    let bare = length == 1 && ["not", "never"].contains(&tokens[at].word.as_str());
    // "shoes that are not black"
    let describes = at > 1 && has("that which", &tokens[at - 2].word) && has("is are isn aren", &tokens[at - 1].word);
    if cue == Cue::Against && bare && after_auxiliary && !describes {
        return Some((Cue::Unclear, length)); // "my tent does not close"
    }
    Some((cue, length))
}

/// Where the clause of the cue at `at` begins, as far as only a subject stands before it.
fn subject(tokens: &[Token], at: usize) -> usize {
    let mut from = at;
    while from > 0 && !tokens[from].starts && has(SUBJECTS, &tokens[from - 1].word) {
        from -= 1;
    }
    // "my sister hates ..."
    if from > 1 && !tokens[from].starts && !tokens[from - 1].starts && has(OWNERS, &tokens[from - 2].word) {
        from -= 2;
    }
    from
}

/// "I can't live without coffee": of two negations in a clause nothing is left.
fn is_denied(tokens: &[Token], at: usize) -> bool {
    let from = (0..=at).rev().find(|&nth| tokens[nth].starts || has("but", &tokens[nth].word)).unwrap_or(0);
    let denied = |nth: usize| has(DENIALS, &tokens[nth].word);
    match tokens[at].word.as_str() {
        "without" => (from..at).any(denied),
        // The other one is still to come.
        _ => denied(at) && (at..clause_end(tokens, at)).any(|nth| tokens[nth].word == "without"),
    }
}

/// "without breaking the bank" negates no thing.
fn is_manner(tokens: &[Token], at: usize) -> bool {
    let next = tokens.get(at + 1).map_or("", |next| next.word.as_str());
    tokens[at].word == "without" && next.len() > 5 && next.ends_with("ing")
}

fn clause_end(tokens: &[Token], at: usize) -> usize {
    (at + 1..tokens.len()).find(|&nth| tokens[nth].starts || has("but", &tokens[nth].word)).unwrap_or(tokens.len())
}

/// Where what begins at `from` ends.
fn scope(tokens: &[Token], from: usize) -> usize {
    let ends = |nth: usize| {
        let Token { word, starts, .. } = &tokens[nth];
        let begins = |nth: usize| tokens.get(nth).is_some_and(|next| has(BEGINNINGS, &next.word));
        let negates = |nth: usize| matches!(cue(tokens, nth), Some((Cue::Against | Cue::Degree | Cue::Unclear, _)));
        *starts || has(TURNS, word) || (has("and or", word) && (begins(nth + 1) || negates(nth + 1))) || negates(nth)
    };
    (from..tokens.len()).find(|&nth| ends(nth)).unwrap_or(tokens.len())
}

/// "no wool, leather or fur": the list goes on after the comma, up to its "or".
fn listed(tokens: &[Token], end: usize) -> usize {
    let mut segment = end;
    while segment < tokens.len() && tokens[segment].starts {
        let next = scope(tokens, segment + 1);
        let words: Vec<&str> = tokens[segment..next].iter().map(|token| token.word.as_str()).collect();
        let turns = has(TURNS, words[0]) || has(BEGINNINGS, words[0]) || cue(tokens, segment).is_some();
        if turns || words.len() > MOST_WORDS {
            return end;
        }
        if words.iter().any(|word| has("or nor", word)) {
            return next;
        }
        if words.len() > 2 {
            return end;
        }
        segment = next;
    }
    end
}

/// It is neither filler nor a word that says nothing.
fn says(token: &Token) -> bool {
    !is_stop_word(&token.word) && !has(FILLER, &token.word)
}

/// The things that these words name, without filler. `None` where they are a clause, or too many to be things.
fn things(text: &str, tokens: &[Token], scope: Range<usize>) -> Option<Vec<String>> {
    let mut things = Vec::new();
    if tokens[scope.clone()].iter().any(|token| has(CLAUSES, &token.word)) {
        return None;
    }
    for part in tokens[scope].split(|token| has("or nor and", &token.word)) {
        for part in part.chunk_by(|_, next| !next.starts) {
            let words: Vec<&Token> = part.iter().filter(|token| says(token)).collect();
            let (Some(first), Some(last)) = (words.first(), words.last()) else { continue };
            if words.len() > MOST_WORDS {
                return None;
            }
            things.push(text[first.range.start..last.range.end].to_owned());
        }
    }
    Some(things)
}

/// The text without what was cut; nothing where only filler is left.
fn left(text: &str, cut: &[Range<usize>]) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let mut from = 0;
    for range in cut {
        parts.push(text.get(from..range.start).unwrap_or_default());
        from = from.max(range.end);
    }
    parts.push(&text[from..]);
    let trim = |part: &str| {
        let part = part.trim_matches(|c: char| !c.is_alphanumeric());
        let part = part.strip_prefix("but ").or_else(|| part.strip_prefix("and ")).unwrap_or(part);
        part.trim_matches(|c: char| !c.is_alphanumeric()).to_owned()
    };
    let says = |part: &String| tokens(part).iter().any(says);
    parts.into_iter().map(trim).filter(says).collect::<Vec<_>>().join(", ")
}

fn bytes(tokens: &[Token], range: Range<usize>) -> Range<usize> {
    let end = range.end.max(range.start + 1).min(tokens.len());
    tokens[range.start].range.start..tokens[end - 1].range.end
}

/// Whether `word` is one of `words`.
fn has(words: &str, word: &str) -> bool {
    words.split_whitespace().any(|one| one == word)
}
