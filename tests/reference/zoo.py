"""The networks convoscope runs, as PyTorch modules.

    build("alexnet", seed=1)   an nn.Module in eval mode, with .input_shape
    names()                    everything build() knows

Weight keys are the contract with the engine: torchvision's keys where
torchvision has the network, otherwise the names used here.  Weights are random
but chosen so that activations keep a sane scale from the first layer to the
last, and so that no parameter is left at a value that would hide a bug.
"""

import math

import torch
from torch import nn
import torch.nn.functional as F
from torchvision import models as tv


# --- Layers PyTorch does not have in the form the papers use -----------------

class LRN(nn.Module):
    """Local response normalisation across channels, as printed in the papers:

        b[c] = a[c] / (k + alpha * S[c]) ^ beta,

    S[c] being the sum of a^2 over the n channels centred on c, fewer at the
    ends.  (nn.LocalResponseNorm divides alpha by n; here alpha is not divided.)
    """

    def __init__(self, k=2.0, alpha=1e-4, beta=0.75, n=5):
        super().__init__()
        self.k, self.alpha, self.beta, self.n = k, alpha, beta, n

    def forward(self, a):
        channels, half = a.shape[1], self.n // 2
        squares = F.pad(a * a, (0, 0, 0, 0, half, half))
        sums = sum(squares[:, i:i + channels] for i in range(self.n))
        return a / (self.k + self.alpha * sums) ** self.beta


class Subsample(nn.Module):
    """He et al.'s shortcut "A": every second pixel from the first, and zero
    channels, half of them before the existing ones and half after."""

    def __init__(self, before, after):
        super().__init__()
        self.pad = (after - before) // 2

    def forward(self, x):
        return F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.pad, self.pad))


# --- Chains ------------------------------------------------------------------

class Chain(nn.Sequential):
    """An nn.Sequential whose layers are given as keywords: name=layer."""

    def __init__(self, **layers):
        super().__init__()
        for name, layer in layers.items():
            self.add_module(name, layer)


def lenet5():
    """LeCun et al. 1998, with full connectivity in conv2, a plain average pool
    and a linear output layer."""
    return Chain(
        conv1=nn.Conv2d(1, 6, 5), tanh1=nn.Tanh(), pool1=nn.AvgPool2d(2),
        conv2=nn.Conv2d(6, 16, 5), tanh2=nn.Tanh(), pool2=nn.AvgPool2d(2),
        conv3=nn.Conv2d(16, 120, 5), tanh3=nn.Tanh(), flatten=nn.Flatten(),
        fc1=nn.Linear(120, 84), tanh4=nn.Tanh(),
        fc2=nn.Linear(84, 10))


def lenet():
    """The widely used tutorial variant: pools before tanh, 28x28 input."""
    return Chain(
        conv1=nn.Conv2d(1, 20, 5), pool1=nn.MaxPool2d(2), tanh1=nn.Tanh(),
        conv2=nn.Conv2d(20, 50, 5), pool2=nn.MaxPool2d(2), tanh2=nn.Tanh(),
        flatten=nn.Flatten(),
        fc1=nn.Linear(800, 500), tanh3=nn.Tanh(),
        fc2=nn.Linear(500, 10))


def alexnet():
    """Krizhevsky et al. 2012: two groups, LRN before the pools."""
    return Chain(
        conv1=nn.Conv2d(3, 96, 11, stride=4), relu1=nn.ReLU(),
        norm1=LRN(), pool1=nn.MaxPool2d(3, 2),
        conv2=nn.Conv2d(96, 256, 5, padding=2, groups=2), relu2=nn.ReLU(),
        norm2=LRN(), pool2=nn.MaxPool2d(3, 2),
        conv3=nn.Conv2d(256, 384, 3, padding=1), relu3=nn.ReLU(),
        conv4=nn.Conv2d(384, 384, 3, padding=1, groups=2), relu4=nn.ReLU(),
        conv5=nn.Conv2d(384, 256, 3, padding=1, groups=2), relu5=nn.ReLU(),
        pool5=nn.MaxPool2d(3, 2), flatten=nn.Flatten(),
        fc6=nn.Linear(9216, 4096), relu6=nn.ReLU(), drop6=nn.Dropout(),
        fc7=nn.Linear(4096, 4096), relu7=nn.ReLU(), drop7=nn.Dropout(),
        fc8=nn.Linear(4096, 1000))


def zfnet():
    """Zeiler & Fergus 2014: smaller first filters, LRN after the pools."""
    return Chain(
        conv1=nn.Conv2d(3, 96, 7, stride=2, padding=1), relu1=nn.ReLU(),
        pool1=nn.MaxPool2d(3, 2, ceil_mode=True), norm1=LRN(),
        conv2=nn.Conv2d(96, 256, 5, stride=2), relu2=nn.ReLU(),
        pool2=nn.MaxPool2d(3, 2, ceil_mode=True), norm2=LRN(),
        conv3=nn.Conv2d(256, 384, 3, padding=1), relu3=nn.ReLU(),
        conv4=nn.Conv2d(384, 384, 3, padding=1), relu4=nn.ReLU(),
        conv5=nn.Conv2d(384, 256, 3, padding=1), relu5=nn.ReLU(),
        pool5=nn.MaxPool2d(3, 2), flatten=nn.Flatten(),
        fc6=nn.Linear(9216, 4096), relu6=nn.ReLU(), drop6=nn.Dropout(),
        fc7=nn.Linear(4096, 4096), relu7=nn.ReLU(), drop7=nn.Dropout(),
        fc8=nn.Linear(4096, 1000))


# --- GoogLeNet as in the paper and its first public release ------------------

class Inception(nn.Module):
    """Four branches, concatenated in the order 1x1, 3x3, 5x5, pool.

    Every convolution has its own ReLU module, so that each appears by name."""

    def __init__(self, cin, c1, r3, c3, r5, c5, cp):
        super().__init__()
        self.conv1x1 = nn.Conv2d(cin, c1, 1)
        self.relu1x1 = nn.ReLU()
        self.conv3x3_reduce = nn.Conv2d(cin, r3, 1)
        self.relu3x3_reduce = nn.ReLU()
        self.conv3x3 = nn.Conv2d(r3, c3, 3, padding=1)
        self.relu3x3 = nn.ReLU()
        self.conv5x5_reduce = nn.Conv2d(cin, r5, 1)
        self.relu5x5_reduce = nn.ReLU()
        self.conv5x5 = nn.Conv2d(r5, c5, 5, padding=2)
        self.relu5x5 = nn.ReLU()
        self.pool = nn.MaxPool2d(3, 1, padding=1, ceil_mode=True)
        self.pool_proj = nn.Conv2d(cin, cp, 1)
        self.relu_pool_proj = nn.ReLU()

    def forward(self, x):
        a = self.relu1x1(self.conv1x1(x))
        b = self.relu3x3_reduce(self.conv3x3_reduce(x))
        b = self.relu3x3(self.conv3x3(b))
        c = self.relu5x5_reduce(self.conv5x5_reduce(x))
        c = self.relu5x5(self.conv5x5(c))
        d = self.relu_pool_proj(self.pool_proj(self.pool(x)))
        return torch.cat([a, b, c, d], 1)


def googlenet():
    """Szegedy et al. 2014 without the auxiliary classifiers."""
    pool = lambda: nn.MaxPool2d(3, 2, ceil_mode=True)
    norm = lambda: LRN(k=1.0, alpha=1e-4 / 5)    # that release divides by n
    return Chain(
        conv1=nn.Conv2d(3, 64, 7, stride=2, padding=3), relu1=nn.ReLU(),
        pool1=pool(), norm1=norm(),
        conv2_reduce=nn.Conv2d(64, 64, 1), relu2_reduce=nn.ReLU(),
        conv2=nn.Conv2d(64, 192, 3, padding=1), relu2=nn.ReLU(),
        norm2=norm(), pool2=pool(),
        inception_3a=Inception(192, 64, 96, 128, 16, 32, 32),
        inception_3b=Inception(256, 128, 128, 192, 32, 96, 64), pool3=pool(),
        inception_4a=Inception(480, 192, 96, 208, 16, 48, 64),
        inception_4b=Inception(512, 160, 112, 224, 24, 64, 64),
        inception_4c=Inception(512, 128, 128, 256, 24, 64, 64),
        inception_4d=Inception(512, 112, 144, 288, 32, 64, 64),
        inception_4e=Inception(528, 256, 160, 320, 32, 128, 128), pool4=pool(),
        inception_5a=Inception(832, 256, 160, 320, 32, 128, 128),
        inception_5b=Inception(832, 384, 192, 384, 48, 128, 128),
        pool5=nn.AvgPool2d(7), flatten=nn.Flatten(), drop=nn.Dropout(0.4),
        fc=nn.Linear(1024, 1000))


# --- Residual networks -------------------------------------------------------

class CifarBlock(nn.Module):
    def __init__(self, cin, cout, residual):
        super().__init__()
        stride = 1 if cin == cout else 2
        self.conv1 = nn.Conv2d(cin, cout, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(cout)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(cout, cout, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(cout)
        self.relu2 = nn.ReLU()
        self.residual = residual
        if residual and stride == 2:
            self.shortcut = Subsample(cin, cout)

    def forward(self, x):
        y = self.relu1(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        if self.residual:
            y = y + (self.shortcut(x) if hasattr(self, "shortcut") else x)
        return self.relu2(y)


def cifar(depth, residual=True):
    """He et al. 2015, section 4.2: 6n+2 layers for 32x32 images, or the plain
    network they compare it with."""
    n = (depth - 2) // 6

    def stage(cin, cout):
        blocks = [CifarBlock(cin if i == 0 else cout, cout, residual)
                  for i in range(n)]
        return nn.Sequential(*blocks)

    return Chain(
        conv1=nn.Conv2d(3, 16, 3, padding=1, bias=False),
        bn1=nn.BatchNorm2d(16), relu1=nn.ReLU(),
        layer1=stage(16, 16), layer2=stage(16, 32), layer3=stage(32, 64),
        avgpool=nn.AvgPool2d(8), flatten=nn.Flatten(),
        linear=nn.Linear(64, 10))


def stride_first(net):
    """Turn torchvision's bottleneck ResNet ("v1.5") into the paper's: a block
    that halves the map does so in its first 1x1, not in its 3x3."""
    for block in net.modules():
        if isinstance(block, tv.resnet.Bottleneck):
            block.conv1.stride, block.conv2.stride = block.conv2.stride, (1, 1)
    return net


# --- The list ----------------------------------------------------------------

GREY28, GREY32, RGB32 = (1, 28, 28), (1, 32, 32), (3, 32, 32)
RGB224, RGB227 = (3, 224, 224), (3, 227, 227)

ZOO = {
    "lenet5": (lenet5, GREY32),
    "lenet": (lenet, GREY28),
    "alexnet": (alexnet, RGB227),
    "alexnet-tv": (tv.alexnet, RGB224),
    "zfnet": (zfnet, RGB224),
    "vgg11": (lambda: tv.vgg11(init_weights=False), RGB224),
    "vgg13": (lambda: tv.vgg13(init_weights=False), RGB224),
    "vgg16": (lambda: tv.vgg16(init_weights=False), RGB224),
    "vgg19": (lambda: tv.vgg19(init_weights=False), RGB224),
    "googlenet": (googlenet, RGB224),
    "googlenet-tv": (lambda: tv.googlenet(aux_logits=False, init_weights=False,
                                          transform_input=False), RGB224),
    "resnet18": (tv.resnet18, RGB224),
    "resnet34": (tv.resnet34, RGB224),
    "resnet50": (lambda: stride_first(tv.resnet50()), RGB224),
    "resnet101": (lambda: stride_first(tv.resnet101()), RGB224),
    "resnet152": (lambda: stride_first(tv.resnet152()), RGB224),
    "resnet50-tv": (tv.resnet50, RGB224),
    "resnet101-tv": (tv.resnet101, RGB224),
    "resnet152-tv": (tv.resnet152, RGB224),
    "densenet121": (tv.densenet121, RGB224),
    "densenet169": (tv.densenet169, RGB224),
    "densenet201": (tv.densenet201, RGB224),
    "densenet161": (tv.densenet161, RGB224),
    "resnet20-cifar": (lambda: cifar(20), RGB32),
    "resnet32-cifar": (lambda: cifar(32), RGB32),
    "resnet44-cifar": (lambda: cifar(44), RGB32),
    "resnet56-cifar": (lambda: cifar(56), RGB32),
    "resnet110-cifar": (lambda: cifar(110), RGB32),
    "plain20-cifar": (lambda: cifar(20, residual=False), RGB32),
    "plain56-cifar": (lambda: cifar(56, residual=False), RGB32),
}


def names():
    return list(ZOO)


def build(name, seed=0):
    """The named network in eval mode, with weights drawn from `seed`; seed=None
    skips the drawing, for those who only want the structure."""
    if name not in ZOO:
        raise KeyError(f"no model {name!r}; known: {' '.join(ZOO)}")
    make, shape = ZOO[name]
    net = make()
    net.name, net.input_shape = name, shape
    if seed is not None:
        initialise(net, seed)
    return net.eval().requires_grad_(False)


# --- Weights -----------------------------------------------------------------

# LRN does next to nothing to activations of size 1: alpha * S is then 0.0005.
# In the networks that have it, the convolutions before an LRN are therefore
# made louder, so that alpha * S is comparable to k as in the trained networks,
# and those after the last LRN bring the signal back to size 1.  This is the
# size of the input and of the output of each; of any other layer both are 1.
SCALES = {
    "alexnet": {"conv1": (1, 64), "conv2": (20, 64), "conv3": (20, 1)},
    "zfnet": {"conv1": (1, 64), "conv2": (20, 64), "conv3": (20, 1)},
    "googlenet": {"conv1": (1, 100), "conv2_reduce": (60, 60),
                  "conv2": (60, 100), "inception_3a.conv1x1": (60, 1),
                  "inception_3a.conv3x3_reduce": (60, 1),
                  "inception_3a.conv5x5_reduce": (60, 1),
                  "inception_3a.pool_proj": (60, 1)},
}


def initialise(net, seed):
    """Random weights and batch-norm statistics.

    Weights are He's: normal, of variance 2/fan_in, which keeps the mean square
    of the signal constant through weights and ReLU.  Batch norm in eval mode is
    an affine map per channel; with the statistics drawn here it multiplies the
    mean square by E[gamma^2] E[1/var] = (13/12) ln 3 on average, and the
    convolutions of networks with batch norm are made smaller by as much.
    """
    g = torch.Generator().manual_seed(seed)
    modules = dict(net.named_modules())
    has_bn = any(isinstance(m, nn.BatchNorm2d) for m in modules.values())
    he = math.sqrt(2 / (13 / 12 * math.log(3)) if has_bn else 2)
    scales = SCALES.get(net.name, {})

    for name, m in modules.items():
        if isinstance(m, (nn.Conv2d, nn.Linear)):
            size_in, size_out = scales.get(name, (1, 1))
            gain = he * size_out / size_in
            fan_in = m.weight[0].numel()
            m.weight.data.normal_(0, gain / math.sqrt(fan_in), generator=g)
            if m.bias is not None:
                m.bias.data.normal_(0, 0.1 * size_out, generator=g)
        elif isinstance(m, nn.BatchNorm2d):
            m.running_mean.normal_(0, 0.1, generator=g)
            m.running_var.uniform_(0.5, 1.5, generator=g)
            m.weight.data.uniform_(0.5, 1.5, generator=g)
            m.bias.data.normal_(0, 0.1, generator=g)

    # A sum of B unit branches grows with B: make the branches of a residual
    # network quieter, in the batch norm that ends each.
    last = [block.bn3 if hasattr(block, "bn3") else block.bn2
            for block in modules.values()
            if isinstance(block, (tv.resnet.BasicBlock, tv.resnet.Bottleneck))
            or isinstance(block, CifarBlock) and block.residual]
    for bn in last:
        bn.weight.data *= len(last) ** -0.5
        bn.bias.data *= len(last) ** -0.5
