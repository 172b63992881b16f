import ArgumentParser

/// What a user vouches for where a disk image is given as a file.
struct TrustOptions: ParsableArguments {
    @Flag(
        name: .customLong("trust-backing"),
        help: "Accept a disk image whose header names other files, which the guest can then read."
    )
    var trustsBacking = false
}
