//! How much an event says of a taste, and how that fades: what a scene may set.
//!
//! Behaviour (views, carts, purchases, searches) fades by the steps that followed it: the next thing that
//! someone looks at tells more than the calendar. Statements (likes, dislikes, stars) stand until they are
//! old; of wishes the last one counts most.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::event::{Event, EventName};

/// What is left of an event's weight after each later step, where neither scene nor shop say otherwise.
pub const DEFAULT_STEP: f32 = 0.7;
/// The most that one item or text can weigh, however much was done with it.
pub const MAX_SOURCE_WEIGHT: f32 = 5.0;
/// The same event on the same item counts once within GA4's session length.
pub const SESSION_MS: f64 = 30.0 * 60e3;
/// More events than this in one minute are not a person's.
pub const MAX_EVENTS_PER_MINUTE: u32 = 30;
/// A signal below this part of all positive weight is passed over.
pub const NEGLIGIBLE_WEIGHT: f32 = 0.005;
/// Who leaves sooner did not read; who stays longer is not known to care more (Fox et al. 2005: "satisfied" from 30 s).
const READ_MS: f64 = 30e3;

/// What a wish weighs that says what is not wanted, as a part of one that says what is: a dislike's part of a like.
pub const UNWANTED_FACTOR: f32 = -0.25;

/// A day in milliseconds.
pub const DAY_MS: f64 = 86_400e3;

/// What a scene says of events. As JSON every field may be absent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct EventWeights {
    /// The weight of an event when it happens, where it is not [`default_weight`]'s.
    pub events: BTreeMap<EventName, f32>,
    /// What is left of an event's weight after each later step, 0..1; absent: as learned, or [`DEFAULT_STEP`].
    pub step: Option<f32>,
    /// After this time any event weighs half.
    pub half_life_days: f64,
    /// A viewed item may be shown again after this time.
    pub seen_days: f64,
}

impl Default for EventWeights {
    fn default() -> Self {
        Self { events: BTreeMap::new(), step: None, half_life_days: 30.0, seen_days: 30.0 }
    }
}

impl EventWeights {
    /// The weight of `event` when it happens.
    pub fn event_weight(&self, event: &Event) -> f32 {
        let usual = self.events.get(&event.name).copied().unwrap_or_else(|| default_weight(event.name));
        match (event.name, event.value, event.dwell_ms) {
            (EventName::Rate, stars, _) => usual * stars_say(stars.unwrap_or(0.0)),
            (EventName::ViewItem, _, Some(dwell_ms)) => usual * (0.5 + (dwell_ms / READ_MS).clamp(0.0, 1.0)) as f32,
            _ => usual,
        }
    }

    /// What time leaves of a weight: 1 now, 1/2 after the half-life. An event from the future counts as now.
    pub fn time_decay(&self, age_ms: f64) -> f32 {
        let halves = (age_ms / DAY_MS / self.half_life_days).clamp(0.0, 64.0);
        // 2^-halves by its series: the platforms' own functions differ in their last bits.
        let x = -(halves - halves.floor()) * std::f64::consts::LN_2;
        let fraction = (1..=14).rev().fold(1.0, |sum, n| 1.0 + x / f64::from(n) * sum);
        (fraction / (1u64 << (halves as u32).min(63)) as f64) as f32
    }

    /// What is wrong with these numbers, for the person who wrote them.
    pub fn problem(&self) -> Option<String> {
        let wild = self.events.iter().find(|(_, weight)| !(-10.0..=10.0).contains(*weight));
        if let Some((name, weight)) = wild {
            return Some(format!("events: {name:?} weighs {weight}; give it a weight from -10 to 10"));
        }
        if let Some(step) = self.step.filter(|step| !(*step > 0.0 && *step <= 1.0)) {
            return Some(format!("step: {step} is not above 0 and at most 1"));
        }
        let days = [("halfLifeDays", self.half_life_days), ("seenDays", self.seen_days)];
        let wrong = days.into_iter().find(|(_, days)| !(days.is_finite() && *days > 0.0));
        wrong.map(|(name, days)| format!("{name}: {days} is no number of days above 0"))
    }
}

/// The weight of one event when it happens, unless a scene says otherwise; a view is 1.
pub fn default_weight(name: EventName) -> f32 {
    match name {
        EventName::SelectItem => 0.5, // a click, before the page was read
        EventName::ViewItem => 1.0,
        EventName::Search => 1.5, // said in the visitor's own words, but of this moment
        EventName::AddToCart => 3.0,
        EventName::Purchase | EventName::Like | EventName::Rate | EventName::Wish => 4.0,
        // Takes back a view of its like. Twice as much, and what is left of a taste points nowhere.
        EventName::Dislike => -1.0,
        EventName::ViewItemList | EventName::RemoveFromCart | EventName::Hide => 0.0,
    }
}

/// Five stars say what a like says, three nothing, one what a dislike says.
fn stars_say(stars: f64) -> f32 {
    let above = ((stars.clamp(1.0, 5.0) - 3.0) / 2.0) as f32;
    if above < 0.0 { above * 0.25 } else { above }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_is_left_after_the_half_life() {
        let weights = EventWeights::default();
        for (days, expect) in [(0.0, 1.0), (30.0, 0.5), (15.0, 0.5f32.sqrt()), (75.0, 0.176_776_7), (-5.0, 1.0)] {
            assert!((weights.time_decay(days * DAY_MS) - expect).abs() < 1e-6, "{days}");
        }
        assert!(weights.time_decay(f64::INFINITY) < 1e-9);
    }

    #[test]
    fn stars_and_dwell_weigh() {
        let weights = EventWeights::default();
        let rated = |stars| weights.event_weight(&Event { value: Some(stars), ..Event::for_item(EventName::Rate, "a", 0.0) });
        assert_eq!([5.0, 4.0, 3.0, 1.0, f64::INFINITY].map(rated), [4.0, 2.0, 0.0, -1.0, 4.0]);
        let stayed = |ms| weights.event_weight(&Event { dwell_ms: Some(ms), ..Event::for_item(EventName::ViewItem, "a", 0.0) });
        assert_eq!([0.0, 15e3, 30e3, 3e6, -1.0].map(stayed), [0.5, 1.0, 1.5, 1.5, 0.5]);
    }

    #[test]
    fn wrong_numbers_are_told() {
        let with = |step, half_life_days| EventWeights { step: Some(step), half_life_days, ..EventWeights::default() };
        assert_eq!(EventWeights::default().problem(), None);
        assert!(with(0.0, 1.0).problem().is_some_and(|text| text.starts_with("step")));
        assert!(with(0.5, f64::NAN).problem().is_some_and(|text| text.starts_with("halfLifeDays")));
        let events = [(EventName::Like, f32::NAN)].into();
        assert!(EventWeights { events, ..EventWeights::default() }.problem().is_some_and(|text| text.contains("Like")));
    }
}
