public import CloudImages
public import Machines

extension GuestArchitecture {
    /// The architecture of the machines that an image runs in.
    public init(_ image: ImageArchitecture) {
        switch image {
        case .amd64: self = .x86_64
        case .arm64: self = .aarch64
        }
    }
}
