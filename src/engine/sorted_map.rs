//! A map for some dozens of entries, made for a small module.
//!
//! Keys and values lie in two vectors. So what searches and moves keys is compiled once for all
//! maps with the same keys, whatever their values are.

use std::borrow::Borrow;
use std::iter::Zip;
use std::mem::replace;
use std::slice::{Iter, IterMut};
use std::vec::IntoIter;

/// A map whose entries are in the order of their keys. Adding and removing one moves those after
/// it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SortedMap<K, V> {
    keys: Vec<K>,
    values: Vec<V>,
}

impl<K, V> SortedMap<K, V> {
    pub(crate) const fn new() -> Self {
        Self {
            keys: Vec::new(),
            values: Vec::new(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.keys.clear();
        self.values.clear();
    }

    pub(crate) fn keys(&self) -> Iter<'_, K> {
        self.keys.iter()
    }

    pub(crate) fn values(&self) -> Iter<'_, V> {
        self.values.iter()
    }

    /// Every entry, in the order of the keys.
    pub(crate) fn iter(&self) -> Zip<Iter<'_, K>, Iter<'_, V>> {
        self.keys.iter().zip(&self.values)
    }

    /// Every entry, in the order of the keys, its value to be changed.
    pub(crate) fn iter_mut(&mut self) -> Zip<Iter<'_, K>, IterMut<'_, V>> {
        self.keys.iter().zip(&mut self.values)
    }

    /// Removes every entry that `is_kept` does not hold for.
    pub(crate) fn retain(&mut self, is_kept: impl Fn(&K, &V) -> bool) {
        let mut index = 0;
        while let Some((key, value)) = self.get_indexed(index) {
            if is_kept(key, value) {
                index += 1;
            } else {
                self.keys.remove(index);
                self.values.remove(index);
            }
        }
    }

    /// The entry at a place in the order of the keys.
    pub(crate) fn get_indexed(&self, index: usize) -> Option<(&K, &V)> {
        Some((self.keys.get(index)?, self.values.get(index)?))
    }

    /// The entry with the lowest key.
    pub(crate) fn first(&self) -> Option<(&K, &V)> {
        self.get_indexed(0)
    }

    /// The entry with the highest key.
    pub(crate) fn last(&self) -> Option<(&K, &V)> {
        self.get_indexed(self.len().checked_sub(1)?)
    }
}

impl<K: Ord, V> SortedMap<K, V> {
    /// The place of a key in the order of all; where it is missing, the place it would have.
    pub(crate) fn find_index<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        place_of(&self.keys, key)
    }

    pub(crate) fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        place_of(&self.keys, key).is_ok()
    }

    pub(crate) fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.values.get(place_of(&self.keys, key).ok()?)
    }

    pub(crate) fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.values.get_mut(place_of(&self.keys, key).ok()?)
    }

    /// Puts a value, and gives the one that was under this key.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        match place_of(&self.keys, &key) {
            Ok(index) => self.values.get_mut(index).map(|old| replace(old, value)),
            Err(index) => {
                self.keys.insert(index, key);
                self.values.insert(index, value);
                None
            }
        }
    }

    /// The value under this key, which `make` gives where there is none.
    pub(crate) fn get_or_insert_with(&mut self, key: K, make: impl FnOnce() -> V) -> &mut V {
        let index = place_of(&self.keys, &key).unwrap_or_else(|index| {
            self.keys.insert(index, key);
            self.values.insert(index, make());
            index
        });
        &mut self.values[index]
    }

    /// The value under this key, or a default one that is put there.
    pub(crate) fn get_or_default(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        self.get_or_insert_with(key, V::default)
    }

    pub(crate) fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let index = place_of(&self.keys, key).ok()?;
        self.keys.remove(index);
        Some(self.values.remove(index))
    }
}

impl<K, V> IntoIterator for SortedMap<K, V> {
    type Item = (K, V);
    type IntoIter = Zip<IntoIter<K>, IntoIter<V>>;

    fn into_iter(self) -> Self::IntoIter {
        self.keys.into_iter().zip(self.values)
    }
}

impl<K, V> Default for SortedMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

#[inline(never)]
fn place_of<K: Borrow<Q>, Q: Ord + ?Sized>(keys: &[K], key: &Q) -> Result<usize, usize> {
    keys.binary_search_by(|candidate| candidate.borrow().cmp(key))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::SortedMap;

    proptest! {
        /// Whatever is put and taken out, it answers as the standard library's map does.
        #[test]
        fn it_is_a_map(steps in prop::collection::vec((0..4_u8, 0..12_u8, any::<u8>()), 0..60)) {
            let mut map = SortedMap::new();
            let mut model = BTreeMap::new();
            for (step, key, value) in steps {
                match step {
                    0 => prop_assert_eq!(map.insert(key, value), model.insert(key, value)),
                    1 => prop_assert_eq!(map.remove(&key), model.remove(&key)),
                    2 => {
                        let made = map.get_or_insert_with(key, || value);
                        prop_assert_eq!(made, model.entry(key).or_insert(value));
                    }
                    _ => prop_assert_eq!(map.get_mut(&key), model.get_mut(&key)),
                }
                prop_assert_eq!(map.get(&key), model.get(&key));
                prop_assert_eq!(map.contains_key(&key), model.contains_key(&key));
                prop_assert_eq!(map.find_index(&key).unwrap_or_else(|index| index), model.range(..key).count());
                prop_assert_eq!(map.first(), model.first_key_value());
                prop_assert_eq!(map.last(), model.last_key_value());
                prop_assert_eq!(map.len(), model.len());
                prop_assert_eq!(map.is_empty(), model.is_empty());
            }
            prop_assert!(map.iter().eq(model.iter()));
            prop_assert!(map.iter_mut().eq(model.iter_mut()));
            prop_assert!(map.clone().into_iter().eq(model.clone()));
            prop_assert!(map.keys().eq(model.keys()) && map.values().eq(model.values()));
            map.retain(|key, value| key % 2 == value % 2);
            model.retain(|key, value| key % 2 == *value % 2);
            prop_assert!(map.iter().eq(model.iter()));
            map.clear();
            prop_assert!(map.is_empty() && map.get_indexed(0).is_none());
        }
    }
}
