//! Memory aligned to cache lines.

use std::ops::{Deref, DerefMut};

/// Floats that start at a cache line, so that no row of a panel straddles two. Only speed depends on it.
///
/// `Vec` aligns to its element; the safe way to a larger alignment is to leave the first few
/// elements out.
#[derive(Debug)]
pub(crate) struct Aligned {
    /// The floats are the end of it, from `start` on.
    storage: Vec<f32>,
    start: usize,
}

/// Bytes of a cache line on x86 and most Arm processors.
const CACHE_LINE: usize = 64;

impl Aligned {
    /// Creates `length` zeros.
    pub fn zeros(length: usize) -> Self {
        let spare = CACHE_LINE / size_of::<f32>() - 1;
        let mut storage = vec![0.0; length + spare];
        let start = storage.as_ptr().align_offset(CACHE_LINE).min(spare);
        storage.truncate(start + length);
        Self { storage, start }
    }
}

impl Clone for Aligned {
    fn clone(&self) -> Self {
        let mut copy = Self::zeros(self.len());
        copy.copy_from_slice(self);
        copy
    }
}

impl Deref for Aligned {
    type Target = [f32];

    #[inline(always)]
    fn deref(&self) -> &[f32] {
        &self.storage[self.start..]
    }
}

impl DerefMut for Aligned {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.storage[self.start..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_aligned_too() {
        let numbers = Aligned::zeros(100);
        for numbers in [numbers.clone(), numbers] {
            assert_eq!(numbers.len(), 100);
            assert_eq!(numbers.as_ptr().align_offset(CACHE_LINE), 0);
        }
    }
}
