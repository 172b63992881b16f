// swift-tools-version: 6.2
import PackageDescription

// A package of somebody who uses Quiver: a target for each product, which uses that product alone. `Tools/check-products`
// builds it.
let products = [
    "CloudImages", "CloudInit", "DiskImages", "Forks", "GuestAccess", "HostTools", "Machines", "MachinesTesting",
    "Provisioning", "QAPI", "QGA", "QMPClient", "QMPCore", "QMPTesting", "Quiver", "TestRuns",
]

let package = Package(
    name: "quiver-products",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "quiver", path: "../.."),
        // Paths are swift-system's.
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    ],
    targets: products.map { product in
        .target(
            name: "Uses\(product)",
            dependencies: [
                .product(name: product, package: "quiver"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: [
                .enableUpcomingFeature("InternalImportsByDefault"), .enableUpcomingFeature("MemberImportVisibility"),
            ],
        )
    },
)
