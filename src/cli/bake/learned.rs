//! What `nearmind learn` added to the catalogue that a bake replaces. It is kept for the items that still exist.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use crate::cli::folder::{self, LearnedFiles};
use nearmind_core::catalog::{
    ContextPopularity, Manifest, Relations, ScoreWeights,
    manifest::FileEntry,
    pack::items::{self, Columns},
};

/// What was learned about the items of an earlier catalogue.
pub struct LearnedData {
    items: Columns,
    relations: Option<Relations>,
    contexts: Option<ContextPopularity>,
    score_weights: Option<ScoreWeights>,
    /// [`Manifest::min_visitors`]
    pub min_visitors: Option<u32>,
}

impl LearnedData {
    /// Reads it from the first of these folders that has a catalogue with learned data. Prints a message, and returns
    /// `None`, if that cannot be read.
    pub fn load(folders: &[&Path]) -> Option<Self> {
        folders.iter().find_map(|folder| {
            let manifest = folder::read_manifest(folder).ok()?;
            if manifest.relations.is_none() && manifest.score_weights.is_none() {
                return None;
            }
            let read = Self::read(folder, &manifest);
            read.map_err(|why| println!("learned data is lost, run `nearmind learn` again: {why:#}")).ok()
        })
    }

    fn read(folder: &Path, manifest: &Manifest) -> Result<Self> {
        let bytes = |file: &FileEntry| -> Result<Vec<u8>> {
            let path = folder.join(&file.file);
            let bytes = fs::read(&path).with_context(|| path.display().to_string())?;
            file.check(&bytes)?;
            Ok(bytes)
        };
        let broken = |file: &FileEntry| format!("{} is damaged", folder.join(&file.file).display());
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

    /// The row of the item in the earlier catalogue.
    pub fn row(&self, id: &str) -> Option<u32> {
        self.items.ids().find(id).ok().map(|row| row as u32)
    }

    /// The learned data for the rows of a new catalogue, as files. `old_rows` has, for each new row, the item's row in the
    /// earlier catalogue, or `None` for a new item.
    pub fn remap(&self, old_rows: &[Option<u32>]) -> LearnedFiles {
        let mut new_rows = vec![None; self.items.ids().len()];
        for (new, old) in (0..).zip(old_rows) {
            if let Some(old) = old {
                new_rows[*old as usize] = Some(new);
            }
        }
        [
            self.remap_relations(old_rows, &new_rows).map(|relations| relations.write()),
            self.contexts.as_ref().map(|contexts| contexts.remap_rows(&new_rows, old_rows.len()).write()),
            self.score_weights.map(|score_weights| score_weights.write()),
        ]
    }

    fn remap_relations(&self, old_rows: &[Option<u32>], new_rows: &[Option<u32>]) -> Option<Relations> {
        let old = self.relations.as_ref()?;
        let neighbours = |row: u32| {
            let remaining = old.neighbours(row).filter_map(|(row, p)| Some((new_rows[row as usize]?, p)));
            remaining.collect::<Vec<(u32, f32)>>()
        };
        let counts = old_rows.iter().map(|row| row.map_or(0, |row| old.count(row))).collect();
        let next = old_rows.iter().map(|row| row.map_or_else(Vec::new, neighbours)).collect();
        let relations = Relations::new(counts, next, usize::MAX);
        if !old.has_pair_counts() {
            return Some(relations);
        }
        let edges = (0..old_rows.len() as u32).flat_map(|row| relations.edges_of(row).map(move |edge| (row, edge.1)));
        let pair = |(row, neighbour): (u32, u32)| old_rows[row as usize].zip(old_rows[neighbour as usize]);
        let pairs =
            edges.map(|edge| pair(edge).map_or(0, |(row, neighbour)| old.pair_count(row, neighbour) as u16)).collect();
        Some(relations.with_pair_counts(pairs))
    }
}
