#![no_main]

#[path = "guide.rs"]
mod guide;

guide::fuzz!(Json);
