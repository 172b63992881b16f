// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nobody who uses Quiver builds or fetches what only its measurements need.
let package = Package(
    name: "Benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "quiver", path: ".."),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    ],
    targets: [
        .executableTarget(
            name: "fork-bench",
            dependencies: [
                .product(name: "Quiver", package: "quiver"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "TestRuns", package: "quiver"),
            ],
        ),
        .executableTarget(
            name: "image-bench",
            dependencies: [
                .product(name: "CloudInit", package: "quiver"),
                .product(name: "DiskImages", package: "quiver"),
                .product(name: "HostTools", package: "quiver"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
        ),
        .executableTarget(
            name: "nio-bench",
            dependencies: [
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "QMPCore", package: "quiver"),
            ],
        ),
        .executableTarget(
            name: "wire-bench",
            dependencies: [
                .product(name: "QAPI", package: "quiver"),
                .product(name: "QMPClient", package: "quiver"),
            ],
        ),
    ],
)
