//! What `nearmind learn` put into the catalogue that a bake replaces: it stays with the items that stay.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use crate::cli::folder::{self, LearnedFiles};
use nearmind_core::catalog::{
    ContextPopularity, Manifest, Relations, ScoreWeights,
    manifest::File,
    pack::items::{self, Columns},
};

pub struct LearnedData {
    items: Columns,
    relations: Option<Relations>,
    contexts: Option<ContextPopularity>,
    score_weights: Option<ScoreWeights>,
    /// [`Manifest::min_visitors`]
    pub min_visitors: Option<u32>,
}

impl LearnedData {
    /// Of the first of these folders that has a catalogue with something learned. What cannot be read is told, and lost.
    pub fn load(folders: &[&Path]) -> Option<Self> {
        folders.iter().find_map(|folder| {
            let manifest = folder::read_manifest(folder).ok()?;
            if manifest.relations.is_none() && manifest.score_weights.is_none() {
                return None;
            }
            let read = Self::read(folder, &manifest);
            read.map_err(|why| println!("what was learned before is left out, run `nearmind learn` again: {why:#}"))
                .ok()
        })
    }

    fn read(folder: &Path, manifest: &Manifest) -> Result<Self> {
        let bytes = |file: &File| -> Result<Vec<u8>> {
            let path = folder.join(&file.file);
            let bytes = fs::read(&path).with_context(|| path.display().to_string())?;
            file.check(&bytes)?;
            Ok(bytes)
        };
        let broken = |file: &File| format!("{} is not a part of a catalogue", file.file);
        let items = items::read(bytes(&manifest.items)?).ok().with_context(|| broken(&manifest.items))?;
        let relations = manifest.relations.as_ref().map(|file| {
            let relations =
                Relations::read(&bytes(file)?).ok().filter(|relations| relations.len() == items.ids().len());
            relations.with_context(|| broken(file))
        });
        let contexts = manifest.contexts.as_ref().map(|file| {
            let contexts =
                ContextPopularity::read(&bytes(file)?).ok().filter(|contexts| contexts.len() == items.ids().len());
            contexts.with_context(|| broken(file))
        });
        let score_weights =
            manifest.score_weights.as_ref().map(|file| ScoreWeights::read(&bytes(file)?).with_context(|| broken(file)));
        let (relations, contexts) = (relations.transpose()?, contexts.transpose()?);
        let min_visitors = manifest.min_visitors;
        Ok(Self { relations, contexts, score_weights: score_weights.transpose()?, min_visitors, items })
    }

    /// Where the item was.
    pub fn row(&self, id: &str) -> Option<u32> {
        self.items.ids().find(id).ok().map(|row| row as u32)
    }

    /// The same for other rows, as files: `rows` says of each where it was, if it was there.
    pub fn remap(&self, rows: &[Option<u32>]) -> LearnedFiles {
        let mut now = vec![None; self.items.ids().len()];
        (0..).zip(rows).for_each(|(row, was)| was.iter().for_each(|&was| now[was as usize] = Some(row)));
        [
            self.remap_relations(rows, &now).map(|relations| relations.write()),
            self.contexts.as_ref().map(|contexts| contexts.moved(&now, rows.len()).write()),
            self.score_weights.map(|score_weights| score_weights.write()),
        ]
    }

    fn remap_relations(&self, rows: &[Option<u32>], now: &[Option<u32>]) -> Option<Relations> {
        let old = self.relations.as_ref()?;
        let neighbours = |was: u32| {
            let stay = old.neighbours(was).filter_map(|(row, probability)| Some((now[row as usize]?, probability)));
            stay.collect::<Vec<(u32, f32)>>()
        };
        let counts = rows.iter().map(|was| was.map_or(0, |was| old.count(was))).collect();
        let next = rows.iter().map(|was| was.map_or_else(Vec::new, neighbours)).collect();
        let relations = Relations::new(counts, next, usize::MAX);
        if !old.has_pairs() {
            return Some(relations);
        }
        let edges = (0..rows.len() as u32).flat_map(|row| relations.edges_of(row).map(move |edge| (row, edge.1)));
        let pair = |(row, neighbour): (u32, u32)| rows[row as usize].zip(rows[neighbour as usize]);
        let pairs =
            edges.map(|edge| pair(edge).map_or(0, |(row, neighbour)| old.pair(row, neighbour) as u16)).collect();
        Some(relations.with_pairs(pairs))
    }
}
