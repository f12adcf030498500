//! Thousands of broken packs: an error or a harmless change, never a panic, never more memory than the format allows.

use nearmind_core::catalog::{Manifest, Pack};

use nearmind_core::random::SplitMix64;

use crate::{memory::peak_bytes, sample};

/// Of each file.
const MUTATIONS: usize = 1500;

/// One of the ways in which files break; digests are no hindrance, whoever alters a file can write its digest.
fn mutate(random: &mut SplitMix64, file: &[u8]) -> Vec<u8> {
    let mut broken = file.to_vec();
    match random.below(6) {
        0 => broken.truncate(random.below(file.len())),
        1 => broken.extend((0..1 + random.below(20)).map(|at| at as u8)),
        2 => broken[random.below(file.len())] ^= 1 << random.below(8),
        3 => (0..=random.below(6)).for_each(|_| broken[random.below(file.len())] = random.next_u64() as u8),
        // A length that claims as much as a number can.
        4 => {
            let at = random.below(file.len());
            broken.splice(at..at, [0xFF, 0xFF, 0xFF, 0xFF, 0x0F]);
        }
        // A part that is missing, or there twice.
        _ => {
            let (from, len) = (random.below(file.len()), random.below(40));
            let to = file.len().min(from + len);
            let part = broken[from..to].to_vec();
            if random.below(2) == 0 {
                broken.drain(from..to).for_each(drop)
            } else {
                broken.splice(from..from, part).for_each(drop)
            }
        }
    }
    broken
}

#[test]
fn thousands_of_broken_packs_are_refused_or_read_within_bounds() {
    let pack = Pack::new(&sample::catalog());
    let files: Vec<&[u8]> = pack.files.iter().map(|(_, bytes)| bytes.as_slice()).collect();
    let decode = |files: &[&[u8]]| pack.manifest.decode(files.iter().map(|bytes| bytes.to_vec())).is_ok();
    let (whole, good) = peak_bytes(|| decode(&files));
    assert!(whole);
    // A byte of a file may stand for a pooled string, a byte of the index for a posting.
    let bound = good + 256 * files.iter().map(|bytes| bytes.len()).sum::<usize>();
    let mut random = SplitMix64(11);
    let (mut refused, mut tried) = (0, 0);
    for at in 0..files.len() {
        for number in 0..MUTATIONS {
            let broken = mutate(&mut random, files[at]);
            let mut files = files.clone();
            files[at] = &broken;
            let (result, peak) = peak_bytes(|| decode(&files));
            assert!(peak <= bound, "{}: mutation {number} took {peak} bytes of {bound}", pack.files[at].0);
            refused += usize::from(!result);
            tried += 1;
            let altered = broken != pack.files[at].1;
            assert!(!altered || pack.manifest.open(&files).is_err(), "the digest must tell");
        }
    }
    // The rest changed a letter, a price or a vector into another.
    assert!(refused * 2 > tried, "only {refused} of {tried} were refused");
}

#[test]
fn broken_manifests_are_refused_and_never_panic() {
    let json = Pack::new(&sample::catalog()).manifest.to_json();
    let mut random = SplitMix64(5);
    for _ in 0..3000 {
        let broken = mutate(&mut random, &json);
        if let Ok(manifest) = Manifest::parse(&broken) {
            assert!(manifest.files().iter().all(|file| !file.file.contains('/')));
        }
    }
}
