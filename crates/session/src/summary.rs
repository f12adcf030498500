//! What the device knows of a visitor, for the visitor to read: events, and the interests that they form.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Session, card,
    log::{Mark, Topic},
    store::Store,
};
use nearmind_core::{
    catalog::Catalog,
    profile::{Event, Interest, Overrides, Profile, Signal, Source, cluster_interests, weights::EventWeights},
    protocol::{EventLine, InterestLine, ProfileSummary, UnusedReason},
    recommend::{RankingInputs, statements, texts::statement},
    sort::{insert_all, sort_by},
    text::{language::primary_subtag, words},
};
use nearmind_encoder::TextModel;

/// Words that name an interest: as many as fit a line.
const MOST_WORDS: usize = 4;

impl<M: TextModel, S: Store> Session<M, S> {
    pub(super) fn summary(&self) -> ProfileSummary {
        let profile = self.profile_without(&self.muted());
        let unused = |event: &Event| {
            let (Some(Source::Text(text)), Some(catalog)) = (Source::from_event(event, |_| None), &self.catalog) else {
                return None;
            };
            let is_limit = || statement(&text, catalog).price.is_some();
            self.texts.place(&text, catalog).err().filter(|why| *why != UnusedReason::Pending && !is_limit())
        };
        let mut weights = profile.event_weights.iter(); // of the events that count
        let line = |(event, muted): (&Event, bool)| {
            let weight = if muted { 0.0 } else { weights.next().copied().unwrap_or(0.0) };
            EventLine { event: event.clone(), label: self.label(event), weight, muted, unused: unused(event) }
        };
        let lines: Vec<EventLine> = self.log.lines().map(line).collect();
        let interests = self.catalog.as_ref().map_or_else(Vec::new, |catalog| {
            self.interests().iter().filter_map(|interest| self.interest_line(catalog, interest, &lines)).collect()
        });
        ProfileSummary {
            interests,
            events: lines,
            stored_bytes: self.log.bytes() as f64,
            text_days: self.log.text_days(),
        }
    }

    /// The visitor's interests, including muted ones, with the event weights of a shelf without a scene of its own.
    pub(super) fn interests(&self) -> Vec<Interest> {
        let Some(catalog) = self.catalog.as_ref().filter(|catalog| catalog.matrix.width() > 0) else {
            return Vec::new();
        };
        let vector = |source: &Source| match source {
            Source::Item(row) => Some(catalog.matrix.vector(*row)),
            Source::Text(text) => self.texts.place(text, catalog).ok().map(|placed| placed.vector),
        };
        let profile = self.profile_without(&BTreeSet::new());
        let with_vector = |signal: &Signal| Some((signal.clone(), vector(&signal.source)?));
        cluster_interests(&profile.heaviest_signals(usize::MAX).filter_map(with_vector).collect::<Vec<_>>())
    }

    /// The sources of the interests that the visitor has muted.
    pub(super) fn muted(&self) -> BTreeSet<Source> {
        let Some(catalog) = self.catalog.as_ref().filter(|_| self.log.has_muted_interests()) else {
            return BTreeSet::new();
        };
        let is_muted = |interest: &Interest| self.log.mark(&self.topics(catalog, interest)).muted;
        insert_all(self.interests().into_iter().filter(is_muted).flat_map(|interest| interest.members))
    }

    /// The topics of an interest, by the names that the log has for them.
    pub(super) fn topics(&self, catalog: &Catalog, interest: &Interest) -> Vec<Topic> {
        let mut names: BTreeMap<u32, Vec<&str>> = BTreeMap::new();
        for name in self.log.lines().filter_map(|(event, _)| event.item.as_deref()) {
            let Some(row) = catalog.row(name) else { continue };
            let names_of_item = names.entry(row).or_default();
            if !names_of_item.contains(&name) {
                names_of_item.push(name);
            }
        }
        let topics = |source: &Source| match source {
            Source::Item(row) => {
                names.get(row).into_iter().flatten().map(|name| Topic::Item((*name).to_owned())).collect()
            }
            Source::Text(text) => vec![Topic::Text(text.clone())],
        };
        interest.members.iter().flat_map(topics).collect()
    }

    /// The profile by the default weights, without the muted sources.
    fn profile_without(&self, muted: &BTreeSet<Source>) -> Profile {
        let weights = EventWeights::default();
        let overrides = match &self.catalog {
            Some(catalog) => {
                let (history, texts, now_ms) = (&self.history, &self.texts, self.now_ms);
                statements::overrides(&RankingInputs { catalog, history, muted, texts, now_ms }, &weights, &[])
            }
            None => Overrides { ignored: muted.clone(), ..Overrides::default() },
        };
        self.history.build_profile(&weights, self.now_ms, &overrides, &[])
    }

    pub(super) fn interest_line(
        &self,
        catalog: &Catalog,
        interest: &Interest,
        events: &[EventLine],
    ) -> Option<InterestLine> {
        let topics = self.topics(catalog, interest);
        let Mark { name, muted } = self.log.mark(&topics);
        let words = self.interest_words(catalog, interest);
        let of = |line: &&EventLine| Topic::of(&line.event).is_some_and(|topic| topics.contains(&topic));
        Some(InterestLine {
            id: topics.first()?.id(),
            name: if name.is_empty() { words.join(" · ") } else { name.to_owned() },
            weight: interest.weight,
            muted,
            events: events.iter().filter(of).cloned().collect(),
            words,
        })
    }

    /// The words that name an interest: those of most of its members, rare words of the catalogue first.
    fn interest_words(&self, catalog: &Catalog, interest: &Interest) -> Vec<String> {
        let lang = primary_subtag(&self.lang);
        let mut found: BTreeMap<String, (f32, usize, String)> = BTreeMap::new();
        for source in &interest.members {
            let text = match source {
                Source::Item(row) => {
                    let own = catalog.item(*row).text_in(&lang);
                    own.map_or_else(String::new, |(_, words)| format!("{}. {}", words.title, words.category()))
                }
                Source::Text(text) => text.clone(),
            };
            let mut once = BTreeSet::new();
            for word in words(&text, &catalog.segmenter) {
                let rarity = catalog.index.idf(&word.term).filter(|_| !word.is_stop);
                if let Some(rarity) = rarity.filter(|_| once.insert(word.term.clone())) {
                    let place = found.len();
                    let (worth, ..) =
                        found.entry(word.term).or_insert_with(|| (0.0, place, text[word.range].to_lowercase()));
                    *worth += rarity;
                }
            }
        }
        let mut found: Vec<_> = found.into_values().collect();
        // Words of one character say little: they are used only where there is nothing longer.
        let is_short = |word: &str| word.chars().nth(1).is_none();
        if found.iter().any(|(.., word)| !is_short(word)) {
            found.retain(|(.., word)| !is_short(word));
        }
        sort_by(&mut found, |a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        found.into_iter().take(MOST_WORDS).map(|(_, _, word)| word).collect()
    }

    /// What an event is about: the item's title in the page's language, or the text.
    pub(super) fn label(&self, event: &Event) -> String {
        let lang = primary_subtag(&self.lang);
        match (&event.item, &event.text) {
            (Some(id), _) => match self.catalog.as_ref().and_then(|catalog| Some((catalog, catalog.row(id)?))) {
                Some((catalog, row)) => card::title(catalog, row, &lang).to_owned(),
                None => id.clone(),
            },
            (None, text) => text.clone().unwrap_or_default(),
        }
    }
}
