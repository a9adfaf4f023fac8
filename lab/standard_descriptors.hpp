#pragma once

namespace assay {

/// A stream that the caller closed must not become the next file that is opened. A closed stdout stays unwritable, so
/// that the result is missed and not lost.
void reserve_standard_descriptors();

}  // namespace assay
