// CloudImages
