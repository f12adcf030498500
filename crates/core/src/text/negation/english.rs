//! English negation: the cues and their scopes. Words are matched in lower case; `don't` is read as `do not`.

use std::{collections::HashMap, ops::Range, sync::LazyLock};

use unicode_segmentation::UnicodeSegmentation;

use super::Statement;
use crate::text::stop_words::is_stop_word;

/// The most words that name one unwanted thing. A longer phrase is not taken for a thing.
const MAX_WORDS: usize = 4;

/// What a cue says about the words after it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Cue {
    /// They are unwanted.
    Negation,
    /// They are dropped: "not too sweet" means neither sweet nor its opposite.
    Degree,
    /// An idiom that is not a negation: "not only".
    Idiom,
    /// The meaning is not clear.
    Unclear,
}

/// The cues by kind. If several match, the longest is used.
const CUES: [(Cue, &str); 4] = [
    (
        Cue::Negation,
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

/// A cue and its words.
struct Phrase {
    cue: Cue,
    words: Vec<&'static str>,
}

/// All cues by their first word.
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

/// Auxiliary verbs. `not` after one of them negates a verb; if no cue has that verb, the meaning is not clear.
const AUXILIARIES: &str = "do does did can could will would is are was were should shall has had have am may might must \
    i'm it's that's he's she's they're we're you're isn aren wasn weren";
/// Negative words: "without" in a clause with one of them is a double negation.
const NEGATIVE_WORDS: &str = "not never no nothing nobody lost hardly impossible rarely seldom";
/// Words that end the scope of a negation.
const SCOPE_ENDS: &str =
    "but though although because since so please instead only just while when if however yet thanks then";
/// Words that begin a new clause after "and" or "or".
const CLAUSE_STARTS: &str = "i we she he they you my want wants would like love need prefer looking give show something rather \
    maybe perhaps";
/// Subjects, and words between a subject and its verb. In front of a cue they are removed with it.
const SUBJECTS: &str = "that which isn aren i we you he she they my i'm we're he's she's they're am is are was were do does did can could will would \
    should must have has really just also still absolutely but and";
/// Possessive pronouns that begin a subject: "my sister".
const POSSESSIVES: &str = "my our his her their your";
/// Words that begin a subordinate clause: what is negated is not a thing.
const CLAUSE_WORDS: &str = "how what when who which why where whether that";
/// Words that say nothing about what is wanted or unwanted.
const FILLER: &str = "something anything everything nothing stuff thing things item items product products show recommend \
    suggest find looking search really absolutely totally much please thanks thank hello hi contain containing contains \
    drink drinking eat eating wear wearing buy buying love loves prefer prefers need needs thinking kind kinds type types sort \
    rather great good nice new try trying wish hope someone somebody people person who i'm i've i'd don dont etc ok okay yes \
    everyone all everybody fine works shopping shop buy ones one";

/// A word of the text.
struct Token {
    /// In lower case, with straight apostrophes.
    word: String,
    /// Position in the text, in bytes.
    range: Range<usize>,
    /// Whether punctuation precedes it.
    after_break: bool,
    /// Whether a hyphen joins it to the word before: "no-cook" negates nothing.
    after_hyphen: bool,
}

/// Splits an English text into its wanted and unwanted parts.
pub fn statement(text: &str) -> Statement {
    let tokens = tokenize(text);
    let mut removed: Vec<Range<usize>> = Vec::new();
    let mut unwanted: Vec<String> = Vec::new();
    let (mut at, mut found, mut is_missing_thing) = (0, false, false);
    while at < tokens.len() {
        let Some((cue, length)) = find_cue(&tokens, at) else {
            at += 1;
            continue;
        };
        let after = at + length;
        let from = subject_start(&tokens, at);
        match cue {
            Cue::Idiom => at = after,
            Cue::Negation | Cue::Unclear if is_denied(&tokens, at) => at = clause_end(&tokens, at),
            Cue::Unclear => return Statement::unclear(),
            Cue::Negation | Cue::Degree if cue == Cue::Degree || is_manner(&tokens, at) => {
                let end = scope_end(&tokens, after);
                removed.push(byte_range(&tokens, from..end));
                (at, found) = (end.max(after), true);
            }
            Cue::Negation | Cue::Degree => {
                let mut end = list_end(&tokens, scope_end(&tokens, after));
                // "a jacket without a hood for my son": the jacket is for him, not the hood.
                if tokens[..from].iter().any(is_content) {
                    end = (after..end).find(|&nth| tokens[nth].word == "for").unwrap_or(end);
                }
                match parse_things(text, &tokens, after..end) {
                    Some(things) if !things.is_empty() => unwanted.extend(things),
                    Some(_) => is_missing_thing = true,
                    None => return Statement::unclear(),
                }
                removed.push(byte_range(&tokens, from..end.max(after)));
                (at, found) = (end.max(after), true);
            }
        }
    }
    if !found {
        return Statement::plain(text);
    }
    let wanted = remaining_text(text, &removed);
    if unwanted.is_empty() && (is_missing_thing || wanted.is_empty()) {
        return Statement::unclear();
    }
    Statement { wanted, unwanted, is_unclear: false, price: None }
}

/// Returns the words of `text`. `don't` and `dont` become two words, `do` and `not`, at the same position.
fn tokenize(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut end = 0;
    for (start, word) in text.unicode_word_indices() {
        let range = start..start + word.len();
        let before = &text[end..start];
        end = range.end;
        let after_break = before.contains([',', '.', ';', ':', '!', '?', '(', ')', '\n', '—', '–']);
        let mut after_hyphen = before == "-";
        let plain = word.to_lowercase().replace('’', "'");
        let mut push = |word: &str, after_break| {
            let after_hyphen = std::mem::take(&mut after_hyphen);
            tokens.push(Token { word: word.to_owned(), range: range.clone(), after_break, after_hyphen });
        };
        let stem = plain.strip_suffix("n't").or_else(|| {
            ["dont", "doesnt", "didnt", "cant", "wont", "isnt", "wouldnt", "couldnt"]
                .contains(&plain.as_str())
                .then(|| &plain[..plain.len() - 2])
        });
        match (plain.as_str(), stem) {
            ("cannot" | "can't" | "cant", _) => {
                push("can", after_break);
                push("not", false);
            }
            ("won't" | "wont", _) => {
                push("will", after_break);
                push("not", false);
            }
            (_, Some(stem)) => {
                push(stem, after_break);
                push("not", false);
            }
            (plain, None) => push(plain, after_break),
        }
    }
    tokens
}

/// Returns the longest cue that begins at token `at`, and its number of words.
fn find_cue(tokens: &[Token], at: usize) -> Option<(Cue, usize)> {
    let matches = |words: &[&str]| {
        let Some(here) = tokens.get(at..at + words.len()) else { return false };
        let is_continued = |token: &Token| !(token.after_break || token.after_hyphen);
        here.iter().zip(words).all(|(token, word)| token.word == *word) && here[1..].iter().all(is_continued)
    };
    let phrases = BY_FIRST_WORD.get(tokens[at].word.as_str())?;
    let Phrase { cue, words } =
        phrases.iter().filter(|phrase| matches(&phrase.words)).max_by_key(|phrase| phrase.words.len())?;
    let (cue, length) = (*cue, words.len());
    // "no. 5" means number 5.
    let is_number = || tokens.get(at + 1).is_some_and(|next| next.word.starts_with(|c: char| c.is_ascii_digit()));
    let is_hyphenated = || tokens.get(at + 1).is_some_and(|next| next.after_hyphen);
    if length == 1 && (is_hyphenated() || tokens[at].word == "no" && is_number()) {
        return None;
    }
    let after_auxiliary = at > 0 && contains_word(AUXILIARIES, &tokens[at - 1].word) && !tokens[at].after_break;
    let is_bare_not = length == 1 && ["not", "never"].contains(&tokens[at].word.as_str());
    // "shoes that are not black"
    let is_relative_clause = at > 1
        && contains_word("that which", &tokens[at - 2].word)
        && contains_word("is are isn aren", &tokens[at - 1].word);
    if cue == Cue::Negation && is_bare_not && after_auxiliary && !is_relative_clause {
        return Some((Cue::Unclear, length)); // "my tent does not close"
    }
    Some((cue, length))
}

/// Returns the token at which the subject of the cue at `at` begins, or `at` if the cue has no subject before it.
fn subject_start(tokens: &[Token], at: usize) -> usize {
    let mut from = at;
    while from > 0 && !tokens[from].after_break && contains_word(SUBJECTS, &tokens[from - 1].word) {
        from -= 1;
    }
    // "my sister hates ..."
    if from > 1
        && !tokens[from].after_break
        && !tokens[from - 1].after_break
        && contains_word(POSSESSIVES, &tokens[from - 2].word)
    {
        from -= 2;
    }
    from
}

/// Returns whether the clause of the cue at `at` is a double negation, as in "I can't live without coffee".
fn is_denied(tokens: &[Token], at: usize) -> bool {
    let from =
        (0..=at).rev().find(|&nth| tokens[nth].after_break || contains_word("but", &tokens[nth].word)).unwrap_or(0);
    let is_negative = |nth: usize| contains_word(NEGATIVE_WORDS, &tokens[nth].word);
    match tokens[at].word.as_str() {
        "without" => (from..at).any(is_negative),
        // "without" follows.
        _ => is_negative(at) && (at..clause_end(tokens, at)).any(|nth| tokens[nth].word == "without"),
    }
}

/// Returns whether the cue at `at` negates an action instead of a thing, as in "without breaking the bank".
fn is_manner(tokens: &[Token], at: usize) -> bool {
    let next = tokens.get(at + 1).map_or("", |next| next.word.as_str());
    tokens[at].word == "without" && next.len() > 5 && next.ends_with("ing")
}

/// Returns the token behind the clause that `at` belongs to.
fn clause_end(tokens: &[Token], at: usize) -> usize {
    (at + 1..tokens.len())
        .find(|&nth| tokens[nth].after_break || contains_word("but", &tokens[nth].word))
        .unwrap_or(tokens.len())
}

/// Returns the token behind the scope that begins at `from`.
fn scope_end(tokens: &[Token], from: usize) -> usize {
    let ends = |nth: usize| {
        let Token { word, after_break, .. } = &tokens[nth];
        let is_clause_start = |nth: usize| tokens.get(nth).is_some_and(|next| contains_word(CLAUSE_STARTS, &next.word));
        let is_cue =
            |nth: usize| matches!(find_cue(tokens, nth), Some((Cue::Negation | Cue::Degree | Cue::Unclear, _)));
        *after_break
            || contains_word(SCOPE_ENDS, word)
            || (contains_word("and or", word) && (is_clause_start(nth + 1) || is_cue(nth + 1)))
            || is_cue(nth)
    };
    (from..tokens.len()).find(|&nth| ends(nth)).unwrap_or(tokens.len())
}

/// Extends a scope that ends at `end` over a list: in "no wool, leather or fur" it continues after the comma, up to the
/// part with "or".
fn list_end(tokens: &[Token], end: usize) -> usize {
    let mut segment = end;
    while segment < tokens.len() && tokens[segment].after_break {
        let next = scope_end(tokens, segment + 1);
        let words: Vec<&str> = tokens[segment..next].iter().map(|token| token.word.as_str()).collect();
        let is_new_clause = contains_word(SCOPE_ENDS, words[0])
            || contains_word(CLAUSE_STARTS, words[0])
            || find_cue(tokens, segment).is_some();
        if is_new_clause || words.len() > MAX_WORDS {
            return end;
        }
        if words.iter().any(|word| contains_word("or nor", word)) {
            return next;
        }
        if words.len() > 2 {
            return end;
        }
        segment = next;
    }
    end
}

/// Returns whether `token` is neither filler nor a stop word.
fn is_content(token: &Token) -> bool {
    !is_stop_word(&token.word) && !contains_word(FILLER, &token.word)
}

/// Returns the things that the tokens in `scope` name, without filler. `None` if they are a clause, or too many words
/// for a thing.
fn parse_things(text: &str, tokens: &[Token], scope: Range<usize>) -> Option<Vec<String>> {
    let mut things = Vec::new();
    if tokens[scope.clone()].iter().any(|token| contains_word(CLAUSE_WORDS, &token.word)) {
        return None;
    }
    for part in tokens[scope].split(|token| contains_word("or nor and", &token.word)) {
        for part in part.chunk_by(|_, next| !next.after_break) {
            let words: Vec<&Token> = part.iter().filter(|token| is_content(token)).collect();
            let (Some(first), Some(last)) = (words.first(), words.last()) else { continue };
            if words.len() > MAX_WORDS {
                return None;
            }
            things.push(text[first.range.start..last.range.end].to_owned());
        }
    }
    Some(things)
}

/// Returns the text without the ranges in `removed`, or an empty string if only filler remains.
fn remaining_text(text: &str, removed: &[Range<usize>]) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let mut from = 0;
    for range in removed {
        parts.push(text.get(from..range.start).unwrap_or_default());
        from = from.max(range.end);
    }
    parts.push(&text[from..]);
    let trim = |part: &str| {
        let part = part.trim_matches(|c: char| !c.is_alphanumeric());
        let part = part.strip_prefix("but ").or_else(|| part.strip_prefix("and ")).unwrap_or(part);
        part.trim_matches(|c: char| !c.is_alphanumeric()).to_owned()
    };
    let is_content = |part: &String| tokenize(part).iter().any(is_content);
    parts.into_iter().map(trim).filter(is_content).collect::<Vec<_>>().join(", ")
}

/// Returns the bytes of the text that the tokens in `range` cover.
fn byte_range(tokens: &[Token], range: Range<usize>) -> Range<usize> {
    let end = range.end.max(range.start + 1).min(tokens.len());
    tokens[range.start].range.start..tokens[end - 1].range.end
}

/// Returns whether `word` is one of `words`, which are separated by spaces.
fn contains_word(words: &str, word: &str) -> bool {
    words.split_whitespace().any(|one| one == word)
}
