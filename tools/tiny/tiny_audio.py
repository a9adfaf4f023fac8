"""Sound for the training of the Tiny networks: features, noises, rooms.

The features are those of kernels/tiny/mfcc.cpp and kernels/tiny/speech_isolator.cpp; tests/kernels/tiny_audio_test.cpp
holds both to the same values (tools/tiny/pack prints them). The noises are for training only: those of the evaluation
are other generators, in C++ (scenarios/field_sound.cpp), and their voices are never heard here.
"""
import numpy as np
import torch

RATE = 8000
WINDOW = 8000  # one second
FRAME, HOP, FFT = 240, 160, 256
FRAMES, MELS, COEFFICIENTS = 49, 40, 10
LOG_FLOOR = 0.05
BAND_FRAME, BAND_HOP, BANDS = 160, 80, 32
BAND_FLOOR = 1e-4
NOISE_KINDS = ["babble", "talker", "music", "pink", "brown"]


def mel(hz):
    return 1127.0 * np.log1p(np.asarray(hz, dtype=np.float64) / 700.0)


def mel_triangles(bands, lowest, highest):
    """bands x (FFT / 2 + 1); each triangle is linear in mel; no part of bin 0."""
    edges = np.linspace(mel(lowest), mel(highest), bands + 2)
    at = mel(np.arange(FFT // 2 + 1) * RATE / FFT)
    rising = (at[None] - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - at[None]) / (edges[2:] - edges[1:-1])[:, None]
    weights = np.maximum(0.0, np.minimum(rising, falling))
    weights[:, 0] = 0.0
    return weights


_MEL = torch.tensor(mel_triangles(MELS, 20.0, 4000.0), dtype=torch.float32)
_HANN = torch.tensor(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / FRAME), dtype=torch.float32)
_DCT = torch.tensor(np.sqrt(2.0 / MELS) * np.cos(np.pi / MELS * np.arange(COEFFICIENTS)[:, None] *
                                                 (np.arange(MELS)[None] + 0.5)), dtype=torch.float32)


def mfcc(clips):
    """clips: n x 8000 in [-1, 1]; returns n x 49 x 10. Magnitudes are doubled: those of a 480-sample frame at 16 kHz."""
    frames = clips.unfold(1, FRAME, HOP)[:, :FRAMES] * _HANN
    magnitude = 2.0 * torch.fft.rfft(frames, FFT).abs()
    return torch.log(magnitude @ _MEL.T + LOG_FLOOR) @ _DCT.T


_BANDS = torch.tensor(mel_triangles(BANDS, 0.0, 4000.0), dtype=torch.float32)
_ROOT_HANN = torch.tensor(np.sqrt(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(BAND_FRAME) / BAND_FRAME)),
                          dtype=torch.float32)


def spectrum(clips):
    return torch.fft.rfft(clips.unfold(1, BAND_FRAME, BAND_HOP) * _ROOT_HANN, FFT)


def band_powers(spectra):
    return (spectra.real**2 + spectra.imag**2) @ _BANDS.T


def band_features(powers):
    return torch.log(powers + BAND_FLOOR)


# ---- noises -----------------------------------------------------------------------------------------------------


def _unit(samples):
    return (samples / np.sqrt(np.mean(samples**2) + 1e-20)).astype(np.float32)


def _coloured(rng, count, exponent):
    spectrum_ = np.fft.rfft(rng.standard_normal(count))
    k = np.arange(spectrum_.size)
    spectrum_[1:] *= np.maximum(k[1:], 20.0 * count / RATE)**(-exponent / 2)
    spectrum_[0] = 0
    return np.fft.irfft(spectrum_, count)


def _speech(rng, clips, count):
    out = np.zeros(count, dtype=np.float32)
    at = 0
    while at < count:
        clip = _unit(clips[rng.integers(len(clips))])
        end = min(count, at + clip.size)
        out[at:end] = clip[:end - at]
        at = end + int(rng.integers(0, RATE // 5))
    return out


def _music(rng, count):
    """Plucked chords over a bass: decaying harmonics of a major or minor scale, in a random tempo."""
    out = np.zeros(count)
    at = 0
    root = 110.0 * 2**(rng.integers(0, 12) / 12)
    scale = np.array([0, 2, 4, 5, 7, 9, 11]) if rng.random() < 0.5 else np.array([0, 2, 3, 5, 7, 8, 10])
    beat = int(RATE * rng.uniform(0.15, 0.45))
    t = np.arange(2 * RATE) / RATE
    while at < count:
        for _ in range(int(rng.integers(1, 4))):
            pitch = root * 2**((scale[rng.integers(7)] + 12 * rng.integers(0, 3)) / 12)
            decay, bright = rng.uniform(1.5, 8), rng.uniform(0.3, 0.8)
            note = sum(bright**h * np.sin(2 * np.pi * pitch * (h + 1) * t + rng.uniform(0, 6.28))
                       for h in range(8) if pitch * (h + 1) < 3900) * np.exp(-decay * t)
            end = min(count, at + t.size)
            out[at:end] += note[:end - at] * rng.uniform(0.3, 1)
        if rng.random() < 0.5:
            hit = rng.standard_normal(1200) * np.exp(-np.arange(1200) / rng.uniform(80, 400))
            end = min(count, at + hit.size)
            out[at:end] += hit[:end - at] * rng.uniform(0.1, 0.6)
        at += beat
    return out


class NoiseBank:
    """Minutes of each kind from the training voices and a seed; cuts of a second."""

    def __init__(self, clips, seed, seconds=240):
        rng = np.random.default_rng([seed, 77])
        count = seconds * RATE
        babble = sum(_speech(rng, clips, count) for _ in range(6))
        music = np.concatenate([_unit(_music(rng, 12 * RATE)) for _ in range(seconds // 12)])
        self.kinds = {"babble": _unit(babble), "talker": _unit(_speech(rng, clips, count)), "music": music,
                      "pink": _unit(_coloured(rng, count, 1.0)), "brown": _unit(_coloured(rng, count, 2.0))}
        hum = np.sin(2 * np.pi * 50 * np.arange(count) / RATE) + 0.5 * np.sin(2 * np.pi * 100 * np.arange(count) / RATE)
        self.kinds["room"] = _unit(_unit(_coloured(rng, count, 1.4)) + 0.4 * _unit(rng.standard_normal(count)) +
                                   0.3 * _unit(hum))

    def cuts(self, rng, kinds):
        out = np.empty((len(kinds), WINDOW), dtype=np.float32)
        for i, kind in enumerate(kinds):
            bank = self.kinds[kind]
            at = rng.integers(0, bank.size - WINDOW)
            out[i] = bank[at:at + WINDOW]
        return out


def rooms(rng, count):
    """Impulse responses: 1, then noise that decays by 60 dB in RT60; direct to reverberant 0 to 10 dB."""
    length = RATE // 2
    t = np.arange(length) / RATE
    rt60 = rng.uniform(0.1, 0.6, (count, 1))
    tail = rng.standard_normal((count, length)) * 10.0**(-3.0 * t[None] / rt60)
    tail[:, :16] = 0
    tail *= np.sqrt(10.0**(-rng.uniform(0, 10, (count, 1)) / 10) / np.sum(tail**2, axis=1, keepdims=True))
    tail[:, 0] = 1.0
    return tail.astype(np.float32)


def reverberated(clips, responses):
    """All n x 8000 and n x 4000 tensors."""
    size = 16384
    product = torch.fft.rfft(clips, size) * torch.fft.rfft(responses, size)
    return torch.fft.irfft(product, size)[:, :clips.shape[1]]


def power(clips, lengths):
    """Mean square over the part that is speech."""
    return (clips**2).sum(1) / lengths
