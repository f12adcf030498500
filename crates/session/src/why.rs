//! Why an item ranks where it does, and what would bring another item into the list: the numbers of the ranking, and
//! replays of it with a changed log. Must not know how anything is drawn.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use super::{Session, card, claim::claim, encoder_failed, problem::SessionError, store::Store};
use nearmind_core::{
    catalog::{Catalog, build_document},
    explain::{Part, counterfactual, sum_by_word},
    profile::{Event, EventName, History, SimilarityCache, Source},
    protocol::{Attention, EventShare, Explanation, InterestShare, Moved, Update, WhyNot, Without},
    recommend::{NEGLIGIBLE_SHARE, RankedList, RankingInputs, RankingOptions, recommend, texts::TextVectors},
    sort::{insert_all, sort_by},
    text::{language::primary_subtag, words},
};
use nearmind_encoder::TextModel;

/// An explanation says for this many items and texts where the item would rank without them. Each takes a replay.
const MAX_REPLAYED_SOURCES: usize = 3;
/// The most events that an explanation lists.
const MAX_EVENTS: usize = 12;
/// A list is continued to this many times its length to find the place of an item that is not in it.
const CONTINUATION_FACTOR: usize = 5;
/// To bring an item into a list, views of this many items that are most similar to it are tried.
const MAX_SIMILAR_ITEMS: usize = 3;

/// Ranks one shelf again for a changed log, with everything else as before.
struct Replay<'a> {
    catalog: &'a Catalog,
    texts: &'a TextVectors,
    muted: &'a BTreeSet<Source>,
    now_ms: f64,
    options: &'a RankingOptions,
    columns: RefCell<&'a mut SimilarityCache>,
}

impl<'a> Replay<'a> {
    fn ranked(&self, log: &[Event], options: &RankingOptions) -> RankedList<'a> {
        let history = History::from_log(log, |id| self.catalog.row(id));
        let Self { catalog, texts, muted, now_ms, .. } = *self;
        let inputs = RankingInputs { catalog, history: &history, muted, texts, now_ms };
        recommend(&inputs, options, *self.columns.borrow_mut())
    }

    fn shows(&self, log: &[Event], row: u32) -> bool {
        self.ranked(log, self.options).hits.iter().any(|hit| hit.row == row)
    }

    /// The item's place from 1, also beyond the end of the list; `None` if a longer list does not have it either.
    fn place(&self, log: &[Event], row: u32) -> Option<usize> {
        let place = |options: &RankingOptions| self.ranked(log, options).hits.iter().position(|hit| hit.row == row);
        let limit = self.options.limit;
        let place_in_continued_list = || {
            let mut continued = self.options.clone();
            continued.limit *= CONTINUATION_FACTOR;
            place(&continued).map(|place| place.max(limit))
        };
        place(self.options).or_else(place_in_continued_list).map(|place| place + 1)
    }

    /// The indexes of the log's events, by their source.
    fn sources(&self, log: &[Event]) -> BTreeMap<Source, Vec<usize>> {
        let mut sources: BTreeMap<Source, Vec<usize>> = BTreeMap::new();
        for (at, event) in log.iter().enumerate() {
            if let Some(source) = Source::from_event(event, |id| self.catalog.row(id)) {
                sources.entry(source).or_default().push(at);
            }
        }
        sources
    }
}

impl<M: TextModel, S: Store> Session<M, S> {
    pub(super) fn explain(&mut self, shelf: &str, item: &str) -> Vec<Update> {
        self.with_replay(shelf, item, |session, replay, row| {
            Update::Explanation(session.explanation(replay, shelf, row))
        })
    }

    pub(super) fn why_not(&mut self, shelf: &str, item: &str) -> Vec<Update> {
        self.with_replay(shelf, item, |session, replay, row| Update::WhyNot(session.why_absent(replay, shelf, row)))
    }

    /// Answers with the model's attention to the words of the item's text. Runs the model once.
    pub(super) async fn attention(&mut self, item: &str) -> Vec<Update> {
        let mut parts = Vec::new();
        if let (Some(catalog), Some(model)) = (&self.catalog, &mut self.model)
            && let Some(row) = catalog.row(item)
        {
            let text = build_document(&catalog.item(row).to_item()).text;
            match model.attention(&text).await {
                Ok(Some((spans, weights))) => {
                    let words = words(&text, &catalog.segmenter);
                    let attention = sum_by_word(&spans, &words, &weights).words;
                    parts = Part::cut(&text, 0..text.len(), &words, |word| Some(attention[word]));
                }
                Ok(None) => {}
                Err(error) => return vec![encoder_failed(&error)],
            }
        }
        vec![Update::Attention(Attention { item: item.to_owned(), parts })]
    }

    /// Answers a question about an item of an open shelf, which `answer` may replay.
    fn with_replay(
        &mut self,
        shelf: &str,
        item: &str,
        answer: impl FnOnce(&Self, &Replay, u32) -> Update,
    ) -> Vec<Update> {
        let mut columns = std::mem::take(&mut self.columns);
        let muted = self.muted();
        let options = self.shelves.get(shelf).and_then(|open| open.options.as_ref());
        let update = self.catalog.as_ref().zip(options).and_then(|(catalog, options)| {
            let row = catalog.row(item)?;
            let (texts, now_ms) = (&self.texts, self.now_ms);
            let replay = Replay { catalog, texts, muted: &muted, now_ms, options, columns: RefCell::new(&mut columns) };
            Some(answer(self, &replay, row))
        });
        let update = update.unwrap_or_else(|| SessionError::Unknown.update(&format!("{shelf} / {item}")));
        self.columns = columns;
        vec![update]
    }

    fn explanation(&self, replay: &Replay, shelf: &str, row: u32) -> Explanation {
        let (catalog, log) = (replay.catalog, self.log.events());
        let lang = primary_subtag(&self.shelves[shelf].request.lang);
        let ranked = replay.ranked(log, replay.options);
        let at = ranked.hits.iter().position(|hit| hit.row == row);
        let score = at.map_or_else(|| ranked.total(row), |at| ranked.hits[at].score);
        let mut answer = Explanation {
            shelf: shelf.to_owned(),
            item: catalog.item(row).id().to_owned(),
            place: at.map(|at| at + 1),
            of: ranked.hits.len(),
            by_score: at.map(|at| 1 + ranked.hits.iter().filter(|hit| hit.score > ranked.hits[at].score).count()),
            score,
            parts: Vec::new(),
            interests: Vec::new(),
            events: Vec::new(),
            basis: ranked.basis,
            claim: claim(catalog, &lang, &ranked, replay.options, row),
            without: None,
        };
        let sources = replay.sources(log);
        let mut parts = ranked.score_parts(row);
        let mut by_source: Vec<(&Source, &Vec<usize>, f32)> = Vec::new();
        for added in ranked.signal_contributions(catalog, row) {
            match sources.get_key_value(&added.signal.source) {
                Some((source, events)) => by_source.push((source, events, added.total())),
                // A signal of the page's text or cart is not an event of the visitor.
                None => {
                    parts.add("content", -added.content);
                    parts.add("words", -added.words);
                    parts.add("cooccurrence", -added.cooccurrence);
                    parts.add("context", added.total());
                }
            }
        }
        let remainder_name = if ranked.scorer.is_some() { "rules" } else { "variety" };
        parts.add(remainder_name, score - ranked.total(row));
        answer.parts = parts.list();
        sort_by(&mut by_source, |a, b| b.2.abs().total_cmp(&a.2.abs()));
        answer.interests = self.by_interest(&by_source);
        for (nth, &(_, events, share)) in by_source.iter().enumerate() {
            let of = |at: usize| ranked.profile.event_weights[at];
            let weight: f32 = events.iter().map(|&at| of(at)).sum();
            let mut without = (nth < MAX_REPLAYED_SOURCES && share.abs() > NEGLIGIBLE_SHARE && weight != 0.0)
                .then(|| Moved { place: replay.place(&counterfactual::without_events(log, events), row) });
            if let (Some(moved), 0) = (without, nth) {
                let (label, of) = (self.label(&log[events[0]]), replay.options.limit * CONTINUATION_FACTOR);
                answer.without = Some(Without { label, place: moved.place, of });
            }
            for &at in events.iter().filter(|&&at| of(at) != 0.0) {
                let (event, label) = (log[at].clone(), self.label(&log[at]));
                answer.events.push(EventShare {
                    event,
                    label,
                    share: share * of(at) / weight,
                    without: without.take(),
                });
            }
        }
        answer.events.truncate(MAX_EVENTS);
        answer
    }

    /// What each interest adds to the score, the largest share first.
    fn by_interest(&self, by_source: &[(&Source, &Vec<usize>, f32)]) -> Vec<InterestShare> {
        let Some(catalog) = &self.catalog else { return Vec::new() };
        let mut found = Vec::new();
        for interest in self.interests() {
            let own = by_source.iter().filter(|(source, ..)| interest.members.contains(source));
            let share: f32 = own.map(|(_, _, share)| share).sum();
            if let Some(line) = self.interest_line(catalog, &interest, &[]).filter(|_| share.abs() > NEGLIGIBLE_SHARE) {
                found.push(InterestShare { name: line.id, label: line.name, share });
            }
        }
        sort_by(&mut found, |a, b| b.share.abs().total_cmp(&a.share.abs()));
        found
    }

    fn why_absent(&self, replay: &Replay, shelf: &str, row: u32) -> WhyNot {
        let (catalog, log) = (replay.catalog, self.log.events());
        let lang = primary_subtag(&self.shelves[shelf].request.lang);
        let ranked = replay.ranked(log, replay.options);
        let place = ranked.hits.iter().position(|hit| hit.row == row).map(|place| place + 1);
        let (mut remove, mut add) = (None, None);
        if place.is_none() {
            let enters = |log: &[Event]| replay.shows(log, row);
            let groups = self.harmful(replay, &ranked, row);
            remove = counterfactual::find_removal(log, &groups, &enters);
            add = counterfactual::find_addition(log, self.additions(replay, row), &enters);
        }
        let remove = remove.unwrap_or_default();
        WhyNot {
            shelf: shelf.to_owned(),
            item: catalog.item(row).id().to_owned(),
            title: card::title(catalog, row, &lang).to_owned(),
            place,
            remove: remove.iter().map(|&at| log[at].clone()).collect(),
            remove_labels: remove.iter().map(|&at| self.label(&log[at])).collect(),
            add_label: add.as_ref().map(|event| self.label(event)),
            add,
        }
    }

    /// The indexes of the log's events by source, those that keep the item out of the list most first: events on the
    /// item itself, then sources that add more to the list's last item than to this one.
    fn harmful(&self, replay: &Replay, ranked: &RankedList, row: u32) -> Vec<Vec<usize>> {
        let adds = |row: u32| -> BTreeMap<Source, f32> {
            let added = ranked.signal_contributions(replay.catalog, row).into_iter();
            insert_all(added.map(|added| (added.signal.source.clone(), added.total())))
        };
        let (own, last) = (adds(row), ranked.hits.last().map(|hit| adds(hit.row)).unwrap_or_default());
        let of = |adds: &BTreeMap<Source, f32>, source: &Source| adds.get(source).copied().unwrap_or(0.0);
        let harm = |source: &Source| match source {
            Source::Item(own) if *own == row => f32::INFINITY,
            source => of(&last, source) - of(&own, source),
        };
        let mut groups: Vec<(f32, Vec<usize>)> =
            replay.sources(self.log.events()).into_iter().map(|(source, events)| (harm(&source), events)).collect();
        groups.retain(|(harm, _)| *harm > 0.0);
        sort_by(&mut groups, |a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        groups.into_iter().map(|(_, events)| events).collect()
    }

    /// Events to try in addition: views of the most similar items, and a like of the item itself.
    fn additions(&self, replay: &Replay, row: u32) -> Vec<Event> {
        let catalog = replay.catalog;
        let matrix = &catalog.matrix;
        let similarity = |other: usize| matrix.similarity(row, other as u32);
        let similarities: Vec<f32> =
            if matrix.width() == 0 { Vec::new() } else { (0..matrix.len()).map(similarity).collect() };
        let nearest = nearmind_core::rank::top(&similarities, MAX_SIMILAR_ITEMS, |other| other as u32 != row);
        let view = |row: u32| Event::for_item(EventName::ViewItem, catalog.item(row).id(), self.now_ms);
        let like = Event::for_item(EventName::Like, catalog.item(row).id(), self.now_ms);
        nearest.into_iter().map(|hit| view(hit.row)).chain([like]).collect()
    }
}
