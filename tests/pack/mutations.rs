//! Thousands of damaged packs: each gives an error or a harmless change, without a panic, and in bounded memory.

use nearmind_core::catalog::{Manifest, Pack};

use nearmind_core::random::SplitMix64;

use crate::{memory::peak_bytes, sample};

/// The number of mutations of each file.
const MUTATIONS: usize = 1500;

/// Damages a file in one of several ways.
fn mutate(random: &mut SplitMix64, file: &[u8]) -> Vec<u8> {
    let mut broken = file.to_vec();
    match random.below(6) {
        0 => broken.truncate(random.below(file.len())),
        1 => broken.extend((0..1 + random.below(20)).map(|at| at as u8)),
        2 => broken[random.below(file.len())] ^= 1 << random.below(8),
        3 => (0..=random.below(6)).for_each(|_| broken[random.below(file.len())] = random.next_u64() as u8),
        // A length that is the largest number.
        4 => {
            let at = random.below(file.len());
            broken.splice(at..at, [0xFF, 0xFF, 0xFF, 0xFF, 0x0F]);
        }
        // A part that is missing or repeated.
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
    let (is_valid, valid_peak) = peak_bytes(|| decode(&files));
    assert!(is_valid);
    // One byte of a file may stand for a whole string or posting in memory.
    let bound = valid_peak + 256 * files.iter().map(|bytes| bytes.len()).sum::<usize>();
    let mut random = SplitMix64(11);
    let (mut refused, mut tried) = (0, 0);
    for at in 0..files.len() {
        for number in 0..MUTATIONS {
            let broken = mutate(&mut random, files[at]);
            let mut files = files.clone();
            files[at] = &broken;
            // Digests are not checked here, because someone who changes a file can also change its digest.
            let (is_read, peak) = peak_bytes(|| decode(&files));
            assert!(peak <= bound, "{}: mutation {number} took {peak} bytes of {bound}", pack.files[at].0);
            refused += usize::from(!is_read);
            tried += 1;
            let altered = broken != pack.files[at].1;
            assert!(!altered || pack.manifest.open(&files).is_err(), "the digest must detect the change");
        }
    }
    // The others only changed a letter, a price or a vector.
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
