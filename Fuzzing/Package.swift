// swift-tools-version: 6.2
import PackageDescription

// A package of its own, because it is built with other flags than Quiver: see Tools/fuzz-briefly.
let package = Package(
    name: "Fuzzing",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "quiver", path: "..")
    ],
    targets: [
        .target(name: "CFuzzer"),
        .executableTarget(
            name: "fuzz-qcow2",
            dependencies: [
                "CFuzzer",
                .product(name: "DiskImages", package: "quiver"),
            ],
        ),
        .executableTarget(
            name: "fuzz-wire",
            dependencies: [
                "CFuzzer",
                .product(name: "QMPCore", package: "quiver"),
            ],
        ),
    ],
)
